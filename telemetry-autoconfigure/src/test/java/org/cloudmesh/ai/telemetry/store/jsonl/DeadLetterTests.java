package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterTests {

    @TempDir
    private Path directory;

    private final Origin origin = Records.origin("aa", "train", "r1");

    @Test
    void aRecordThatCannotBeWrittenIsPutAsideAndAllOthersAreKept() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        TelemetrySettings settings = Telemetry.builder()
                .backend("none")
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .settings();
        try (Telemetry telemetry =
                new DefaultTelemetryFactory(List.of(new Poisoned(store())), List.of(), List.of()).create(settings)) {
            for (int i = 0; i < 10_000; i++) {
                telemetry.emit("n", i);
            }
            telemetry.flush(Duration.ofSeconds(20));
        }
        assertThat(Files.readAllLines(path)).hasSize(9_999).noneMatch((line) -> line.contains("\"n\":4711.0"));
        Path letters = this.directory.resolve("telemetry.jsonl.dead-letter.jsonl");
        assertThat(Files.readAllLines(letters))
                .singleElement()
                .satisfies((line) -> assertThat(RecordJson.read(line))
                        .containsEntry("metrics", Map.of("n", 4711.0))
                        .containsEntry("rejected", "poison"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(letters)))
                .isEqualTo("rw-------");
    }

    @Test
    void aRecordThatCannotEvenBePutIntoWordsLeavesItsId() throws Exception {
        Object mute = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no words");
            }
        };
        JsonlStore store = store();
        store.reject(
                TelemetryRecord.builder(this.origin, 7, Records.START)
                        .system(Map.of("cpu", mute))
                        .build(),
                "no words");
        assertThat(Files.readString(this.directory.resolve("telemetry.jsonl.dead-letter.jsonl")))
                .isEqualTo("{\"rejected\":\"no words\",\"id\":\"aa-000000000007\"}\n");
    }

    @Test
    void theFileNeverGrowsBeyondItsBound() throws Exception {
        JsonlStore store = store();
        TelemetryRecord large = TelemetryRecord.builder(this.origin, 1, Records.START)
                .message("m".repeat(1_000_000))
                .build();
        for (int i = 0; i < 40; i++) {
            store.reject(large, "too large");
        }
        Path letters = this.directory.resolve("telemetry.jsonl.dead-letter.jsonl");
        assertThat(Files.size(letters)).isBetween(15_000_000L, 16L << 20);
        assertThat(Files.readAllLines(letters)).allSatisfy(RecordJson::read);
    }

    @Test
    void aLinkIsNotFollowed() throws Exception {
        Path target = Files.createFile(this.directory.resolve("target"));
        Files.createSymbolicLink(this.directory.resolve("telemetry.jsonl.dead-letter.jsonl"), target);
        store().reject(TelemetryRecord.builder(this.origin, 1, Records.START).build(), "poison");
        assertThat(target).isEmptyFile();
    }

    private JsonlStore store() {
        return new JsonlStore(this.directory.resolve("telemetry.jsonl"), Retention.defaults(), Clock.systemUTC());
    }

    /** A store that refuses one record, as a database's trigger or constraint would. */
    private record Poisoned(JsonlStore store) implements TelemetryStore {

        @Override
        public String name() {
            return "jsonl";
        }

        @Override
        public void open() throws StoreException {
            this.store.open();
        }

        @Override
        public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
            for (TelemetryRecord record : batch) {
                if (record.metricCount() > 0 && record.metricValue(0) == 4711) {
                    throw new StoreException(StoreException.Remedy.RECORD, "poison", null);
                }
            }
            this.store.write(batch, durable);
        }

        @Override
        public void reject(TelemetryRecord record, String reason) {
            this.store.reject(record, reason);
        }

        @Override
        public void close() {
            this.store.close();
        }
    }
}
