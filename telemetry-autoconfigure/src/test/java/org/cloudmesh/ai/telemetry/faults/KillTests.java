package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.sqlite.NeedleWriter;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillTests {

    // Kills of one file; then another is begun, so that reading it stays quick.
    private static final int KILLS_OF_A_FILE = 10;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    @FaultRow(
            number = 1,
            injected = "kill -9 at a random moment of a JVM that emits durably and flushes",
            expected = "each acknowledged record is there once, none twice; quick_check ok, every line parses; "
                    + "aggregates equal the records")
    void killedAtARandomMoment(String backend, TestReporter reporter) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int kills = Faults.kills();
        long acknowledgedInAll = 0;
        long keptInAll = 0;
        List<long[]> acknowledged = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            Path path = this.directory.resolve("telemetry-" + kill / KILLS_OF_A_FILE);
            if (kill % KILLS_OF_A_FILE == 0) {
                acknowledged.clear();
            }
            try (Child child = Child.start()
                    .option("-Djava.io.tmpdir=" + this.directory)
                    .metric("n", kill * 10_000_000L)
                    .on(backend, path)) {
                child.send("storm");
                child.awaitAcknowledgements(1 + random.nextInt(100));
                TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
                acknowledged.addAll(child.kill());
            }
            // Before any of ours has opened it again, SQLite itself must find it sound; JSON lines are mended by an
            // open.
            if (backend.equals("jsonl")) {
                Kept.flushOnce(backend, path);
            }
            Map<Long, Integer> numbers = Kept.numbers(backend, path, "n");
            assertThat(numbers).as("seed %d, kill %d", seed, kill).isNotEmpty();
            Kept.assertExactlyOnce(numbers, acknowledged);
            if (backend.equals("sqlite") || kill % KILLS_OF_A_FILE == KILLS_OF_A_FILE - 1) {
                Kept.assertAggregates(backend, path, "n", numbers);
            }
            if (kill % KILLS_OF_A_FILE == KILLS_OF_A_FILE - 1 || kill == kills - 1) {
                acknowledgedInAll += Kept.count(acknowledged);
                keptInAll += numbers.size();
            }
        }
        long torn;
        try (var files = Files.list(this.directory)) {
            torn = files.filter((file) -> file.getFileName().toString().contains(".torn-"))
                    .count();
        }
        reporter.publishEntry(
                "seen",
                "%d kills, %d acknowledged, 0 lost, 0 twice; %d kept; %d torn tails moved"
                        .formatted(kills, acknowledgedInAll, keptInAll, torn));
    }

    @Test
    @FaultRow(
            number = 1,
            injected = "kill -9 at a random moment of a JVM that writes attributes of many values",
            expected = "what the index finds is what a look at each record finds")
    void killedWhileTheIndexOfAttributesGrows(TestReporter reporter) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path path = this.directory.resolve("needles.db");
        int kills = Faults.times(20, 3);
        long kept = 0;
        for (int kill = 0; kill < kills; kill++) {
            try (Child child = Child.start().main(NeedleWriter.class, path.toString(), Long.toString(seed))) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000));
                child.kill();
            }
            StoreSettings settings = new StoreSettings(path, Retention.defaults(), Clock.systemUTC());
            try (TelemetryStore store = new SqliteStoreFactory().create(settings)) {
                store.open();
                RecordSource source = Objects.requireNonNull(store.source());
                List<TelemetryRecord> records = new ArrayList<>();
                source.forEach(RecordFilter.ALL, records::add, Deadline.none());
                PlainScan expected = new PlainScan(records);
                for (int i = 0; i < 30; i++) {
                    RecordFilter filter = RecordFilter.builder()
                            .attribute(
                                    i % 2 == 0 ? "user" : "session",
                                    i % 2 == 0
                                            ? "user-" + random.nextInt(100)
                                            : "session-" + random.nextInt(records.size() / 10 + 1))
                            .build();
                    assertThat(source.page(filter, null, 1000, Deadline.none()).records())
                            .as("seed %d, kill %d, %s", seed, kill, filter)
                            .extracting(TelemetryRecord::id)
                            .isEqualTo(expected.page(filter, null, 1000, Deadline.none()).records().stream()
                                    .map(TelemetryRecord::id)
                                    .toList());
                }
                kept = records.size();
            }
        }
        reporter.publishEntry("seen", "%d kills, %d kept, 0 missed".formatted(kills, kept));
    }
}
