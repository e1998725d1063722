package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept while records come in as fast as they can. */
class RetentionTests {

    private static final long MAX_SIZE = 8_000_000;

    private static final long SLACK = MAX_SIZE / 4;

    // Of 8192 records, which are lines of up to 300 bytes: with JSONL it may come on top.
    private static final long BATCH = 8192 * 300;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"sqlite, 400000, 0", "jsonl, 400000, " + BATCH})
    void theFilesStayWithinTheirBoundAtFullSpeed(String backend, int records, long batch) throws Exception {
        long largest = 0;
        try (Telemetry telemetry = open(backend, new Retention(null, MAX_SIZE), Clock.systemUTC())) {
            for (int i = 1; i <= records; i++) {
                emit(telemetry, i);
                if (i % 256 == 0) {
                    largest = Math.max(largest, bytes());
                }
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            largest = Math.max(largest, bytes());
        }
        assertThat(largest).isBetween(MAX_SIZE / 2, MAX_SIZE + SLACK + batch);
        long[] kept = kept(backend);
        assertThat(kept.length).isBetween(5_000, records / 2);
        assertTheNewest(kept, records);
    }

    @ParameterizedTest
    @CsvSource("sqlite, 400000")
    void whatIsTooOldGoesAtFullSpeed(String backend, int records) throws Exception {
        // A clock of their own, so that it does not depend on the machine's speed how many are too old.
        AtomicLong emitted = new AtomicLong();
        Instant start = Instant.now();
        InstantSource clock = () -> start.plus(emitted.get() * 10, ChronoUnit.MICROS);
        try (Telemetry telemetry =
                open(backend, new Retention(Duration.ofMillis(200), 0), clock.withZone(ZoneOffset.UTC))) {
            for (int i = 1; i <= records; i++) {
                emitted.set(i);
                emit(telemetry, i);
            }
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
        }
        long[] kept = kept(backend);
        assertThat(kept.length).isBetween(20_000, records / 2);
        assertTheNewest(kept, records);
    }

    private static void assertTheNewest(long[] kept, int records) {
        assertThat(Arrays.equals(
                        kept,
                        LongStream.rangeClosed(records - kept.length + 1, records)
                                .toArray()))
                .as("all from the first that is kept to the last that was written are there")
                .isTrue();
    }

    private Telemetry open(String backend, Retention retention, Clock clock) {
        return Telemetry.builder()
                .backend(backend)
                .path(path(backend).toString())
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .queue(new TelemetrySettings.Queue(1 << 16, 32 << 20, WhenFull.BLOCK, Duration.ofMinutes(1)))
                .retention(retention)
                .clock(clock)
                .build();
    }

    private static void emit(Telemetry telemetry, int i) {
        telemetry
                .record()
                .event(i % 3 == 0 ? "inference" : "training")
                .metric("loss", i)
                .metric("accuracy", 1.0 / i)
                .metric("tokens", i % 512)
                .status(i % 7 == 0 ? Status.FAILED : Status.COMPLETED)
                .message("step " + i + " of " + "m".repeat(40))
                .emit();
    }

    /** Reads what is there, and sees that aggregates say the same. */
    private long[] kept(String backend) throws Exception {
        TelemetryStore store = open(backend);
        try {
            RecordSource source = store.source();
            assertThat(source).isNotNull();
            List<TelemetryRecord> records = new ArrayList<>();
            source.forEach(RecordFilter.ALL, records::add, Deadline.none());
            assertThat(source.groups(RecordFilter.ALL, Deadline.none()).stream()
                            .mapToLong(RecordGroup::count)
                            .sum())
                    .isEqualTo(records.size());
            Distribution loss = source.metric("loss", RecordFilter.ALL, null, Deadline.none())
                    .get("");
            assertThat(loss.count()).isEqualTo(records.size());
            assertThat(loss.sum())
                    .isCloseTo(
                            records.stream()
                                    .mapToDouble((record) -> record.metrics().get("loss"))
                                    .sum(),
                            Percentage.withPercentage(1e-6));
            return records.stream()
                    .mapToLong(TelemetryRecord::sequence)
                    .sorted()
                    .toArray();
        } finally {
            store.close();
        }
    }

    private TelemetryStore open(String backend) throws Exception {
        TelemetryStore store = ServiceLoader.load(StoreFactory.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter((factory) -> factory.backend().equals(backend))
                .findFirst()
                .orElseThrow()
                .create(new StoreSettings(path(backend), Retention.defaults(), Clock.systemUTC()));
        store.open();
        return store;
    }

    private Path path(String backend) {
        return this.directory.resolve("telemetry." + backend);
    }

    private long bytes() {
        try (Stream<Path> files = Files.list(this.directory)) {
            return files.filter((file) -> !file.toString().endsWith("-shm"))
                    .mapToLong((file) -> file.toFile().length())
                    .sum();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
