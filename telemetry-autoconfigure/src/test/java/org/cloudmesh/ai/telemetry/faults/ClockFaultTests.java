package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A clock that is wrong for a while. */
@ExtendWith(OutputCaptureExtension.class)
class ClockFaultTests {

    private static final int RECORDS = 30_000;

    @TempDir
    private Path directory;

    private Instant now = Instant.now();

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 49,
            injected =
                    "a clock a century ahead while max-age is 30 d: for some maintenances, at a start, then right again",
            expected = "no history is deleted, one WARN for each start; what is truly too old goes afterwards")
    void aClockThatJumpsAheadDeletesNoHistory(String backend, CapturedOutput output, TestReporter reporter)
            throws Exception {
        Path path = this.directory.resolve("telemetry");
        Instant right = this.now;
        TelemetryStore store = open(backend, path);
        // Ten days of records, the last of them now.
        store.write(records(right, Duration.ofDays(10)), true);
        maintain(store);
        this.now = right.plus(Duration.ofDays(36_500));
        maintain(store);
        store.close();
        store = open(backend, path);
        maintain(store);
        this.now = right.minus(Duration.ofHours(1));
        maintain(store);
        store.close();
        assertThat(Kept.numbers(backend, path, "n")).hasSize(RECORDS);
        assertThat(output.getAll().lines().filter((line) -> line.contains("WARN")))
                .hasSize(2)
                .allMatch((line) -> line.contains("Retention by age follows it slowly"));
        this.now = right.plus(Duration.ofDays(25));
        store = open(backend, path);
        for (int i = 0; i < 50; i++) {
            store.maintain();
        }
        store.close();
        int left = Kept.numbers(backend, path, "n").size();
        if (backend.equals("sqlite")) {
            assertThat(left).isBetween(RECORDS / 3, RECORDS * 2 / 3);
        }
        reporter.publishEntry("seen", "%d of %d kept; %d after 25 days".formatted(RECORDS, RECORDS, left));
    }

    private static void maintain(TelemetryStore store) throws Exception {
        for (int i = 0; i < 10; i++) {
            store.maintain();
        }
    }

    private static List<TelemetryRecord> records(Instant last, Duration span) {
        Origin origin = new Origin("clock", "test", "run", Map.of());
        long step = span.toNanos() / 1000 / RECORDS;
        long at = last.toEpochMilli() * 1000 - step * RECORDS;
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 1; i <= RECORDS; i++) {
            records.add(TelemetryRecord.builder(origin, i, at + i * step)
                    .metrics(new String[] {"n"}, new double[] {i})
                    .build());
        }
        return records;
    }

    private TelemetryStore open(String backend, Path path) throws Exception {
        Clock clock = new Clock() {

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return ClockFaultTests.this.now;
            }
        };
        TelemetryStore store = ServiceLoader.load(StoreFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter((factory) -> factory.backend().equals(backend))
                .findFirst()
                .orElseThrow()
                .create(new StoreSettings(path, new Retention(Duration.ofDays(30), 0), clock));
        store.open();
        return store;
    }
}
