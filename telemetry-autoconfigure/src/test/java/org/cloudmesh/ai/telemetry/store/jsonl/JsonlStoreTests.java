package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlStoreTests {

    @TempDir
    private Path directory;

    private final List<JsonlStore> opened = new ArrayList<>();

    private final Origin origin = Records.origin("aa", "train", "r1");

    private long sequence;

    @AfterEach
    void close() {
        this.opened.forEach(JsonlStore::close);
    }

    @Test
    void makesParentsAndAFileForItsOwnerAlone() throws Exception {
        Path path = this.directory.resolve("a/b/telemetry.jsonl");
        JsonlStore store = open(path);
        store.write(some(3), true);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(store.bytes()).isEqualTo(Files.size(path)).isPositive();
    }

    @Test
    void aTornTailMovesAside() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        open(path).write(some(3), true);
        Files.writeString(path, "{\"id\":\"aa-000000000004\",\"timest", StandardOpenOption.APPEND);
        JsonlStore again = open(path);
        again.write(some(1), true);
        assertThat(ids(again)).containsExactly(id(1), id(2), id(3), id(4));
        assertThat(Files.readAllLines(path)).hasSize(4).allSatisfy(RecordJson::read);
        try (var files = Files.list(this.directory)) {
            Path torn = files.filter((file) -> file.getFileName().toString().startsWith("telemetry.jsonl.torn-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(torn).hasContent("{\"id\":\"aa-000000000004\",\"timest");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(torn)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aFileThatIsNothingButATornLineIsMended() throws Exception {
        Path path = Files.writeString(this.directory.resolve("telemetry.jsonl"), "{\"id\":\"aa-00");
        JsonlStore store = open(path);
        store.write(some(1), true);
        assertThat(ids(store)).containsExactly(id(1));
    }

    @Test
    void aLastLineThatOnlyLacksItsEndIsKept() throws Exception {
        Path path = Files.writeString(
                this.directory.resolve("telemetry.jsonl"),
                "{\"timestamp\": \"2020-01-01T00:00:00\", \"command\": \"c\", \"status\": \"started\", \"metrics\": {}}");
        JsonlStore store = open(path);
        store.write(some(1), true);
        assertThat(ids(store)).containsExactly("python-000000000001", id(1));
    }

    @Test
    void whatIsNoJsonLinesIsRefusedAndLeftAsItIs() throws Exception {
        Path path = Files.writeString(this.directory.resolve("telemetry.jsonl"), "my notes\nmore of them\n");
        assertRefused(path, "holds no JSON lines");
        assertThat(path).hasContent("my notes\nmore of them\n");
    }

    @Test
    void directoriesAndLinksAreRefused() throws Exception {
        Path target = Files.createFile(this.directory.resolve("target"));
        Path link = Files.createSymbolicLink(this.directory.resolve("link"), target);
        assertRefused(link, "symbolic link");
        assertRefused(Files.createDirectory(this.directory.resolve("dir")), "it is a directory");
        assertRefused(target.resolve("below.jsonl"), "target");
        assertThat(target).isEmptyFile();
    }

    @Test
    void aFileThatIsMovedReplacedOrCutIsOpenedAnew() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        JsonlStore store = open(path);
        store.write(some(2), false);
        Files.move(path, this.directory.resolve("moved"));
        assertReopens(store);
        assertThat(ids(store)).containsExactly(id(3));

        Files.delete(path);
        Files.createFile(path);
        assertReopens(store);
        assertThat(ids(store)).containsExactly(id(4));

        store.write(some(2), false);
        Files.writeString(path, "", StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(store::maintain).isInstanceOf(StoreException.class);
        assertReopens(store);
        assertThat(ids(store)).containsExactly(id(7));
        assertThat(Files.readAllLines(this.directory.resolve("moved"))).hasSize(2);
    }

    @Test
    void whatPythonWroteIsReadAndAppendedTo() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        try (InputStream sample = getClass().getResourceAsStream("/python-original/telemetry.jsonl")) {
            Files.copy(sample, path);
        }
        JsonlStore store = open(path);
        store.write(some(1), true);
        List<TelemetryRecord> records = all(store);
        RecordFilter trained = RecordFilter.builder().command("train-resnet").build();
        assertThat(records).hasSize(23);
        assertThat(store.source()
                        .metric("inference_latency", RecordFilter.ALL, null, Deadline.none())
                        .get("")
                        .count())
                .isEqualTo(2);
        assertThat(store.source()
                        .metric("loss", trained, null, Deadline.none())
                        .get("")
                        .avg())
                .isEqualTo(0.25860088985088986);
        assertThat(records)
                .filteredOn((record) -> "model_load_end".equals(record.event()))
                .hasSize(1);
        assertThat(records)
                .extracting(TelemetryRecord::id)
                .contains("python-000000000001", "python-000000000022")
                .doesNotHaveDuplicates();
        assertThat(records.stream()
                        .filter((record) -> record.id().equals("python-000000000001"))
                        .findFirst()
                        .orElseThrow()
                        .timestamp())
                .isEqualTo(LocalDateTime.parse("2026-11-25T00:32:20.220794")
                        .atZone(ZoneId.systemDefault())
                        .toInstant());
        assertThat(Files.readString(path)).startsWith("{\"timestamp\": \"2026-11-25T00:32:20.220794\", \"command\"");
    }

    @Test
    void linesOfOtherProgramsAreRecordsAndTheOthersAreCounted() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            lines.append("{\"ts\":")
                    .append(1_795_558_800 + i)
                    .append(",\"loss\":0.5,\"step\":")
                    .append(i);
            lines.append(",\"level\":\"info\"}\n");
        }
        lines.append("not json\n\n{\"loss\":1}\n{\"ts\":\"soon\"}\n");
        Path path = Files.writeString(this.directory.resolve("telemetry.jsonl"), lines);
        RecordSource source = open(path).source();
        assertThat(source.metric("loss", RecordFilter.ALL, null, Deadline.none())
                        .get("")
                        .count())
                .isEqualTo(30);
        assertThat(source.unreadable(Deadline.none())).isEqualTo(3);
        assertThat(path).hasContent(lines.toString());
    }

    @Test
    @FaultRow(
            number = 30,
            injected = "nesting bombs and garbage in a JSONL file",
            expected = "skipped and counted, the others read")
    void badLinesAreSkipped() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        JsonlStore store = open(path);
        store.write(some(1), false);
        String whole = RecordJson.write(some(1).get(0));
        Files.writeString(
                path,
                "[".repeat(100_000) + "\n"
                        + "{\"timestamp\":\"2026-11-25T00:00:00Z\",\"metrics\":" + "[".repeat(100_000) + "\n"
                        + "not json\n\n"
                        + "{\"no\":\"timestamp\"}\n"
                        + whole.substring(0, 100) + "{" + whole + "\n"
                        + whole + "garbage\n"
                        + whole.replace("\"metrics\":{", "\"metrics\":{\"a\":01,") + "\n"
                        + "\u0000\u0000\n",
                StandardOpenOption.APPEND);
        store.write(some(1), false);
        assertThat(ids(store)).containsExactly(id(1), id(3));
        assertThat(store.source().groups(RecordFilter.ALL, Deadline.none()))
                .satisfiesExactly((group) -> assertThat(group.count()).isEqualTo(2));
        assertThat(store.source()
                        .page(RecordFilter.ALL, null, 10, Deadline.none())
                        .records())
                .hasSize(2);
    }

    @Test
    @FaultRow(number = 30, injected = "a line of 40 MB", expected = "skipped, the others read")
    void aLineTooLongToHoldIsSkipped() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        JsonlStore store = open(path);
        store.write(some(1), false);
        try (var out = Files.newOutputStream(path, StandardOpenOption.APPEND)) {
            out.write("{\"timestamp\":\"2026-11-25T00:00:00Z\",\"message\":\"".getBytes(StandardCharsets.UTF_8));
            byte[] filler = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 40; i++) {
                out.write(filler);
            }
            out.write("\"}\n".getBytes(StandardCharsets.UTF_8));
        }
        store.write(some(1), false);
        assertThat(ids(store)).containsExactly(id(1), id(2));
    }

    @Test
    void twoStoresOnOneFileTearNoLine() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        // Small enough to roll while both write.
        Retention retention = new Retention(null, 16_000_000);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (String token : List.of("aa", "bb")) {
            JsonlStore store = open(path, retention);
            writers.add(CompletableFuture.runAsync(() -> {
                Origin origin = Records.origin(token, "c", "r");
                for (int i = 0; i < 20; i++) {
                    write(store, records(origin, 1 + i * 500, 500));
                    maintain(store);
                }
            }));
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get();
        }
        assertThat(ids(this.opened.get(0))).hasSize(20_000).doesNotHaveDuplicates();
        try (var files = Files.list(this.directory)) {
            assertThat(files.filter((file) -> file.toString().contains("torn"))).isEmpty();
        }
    }

    @Test
    void aStoreGoesOnAfterAnotherRolledAndPackedItsFile() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        JsonlStore one = open(path);
        one.write(some(3), false);
        JsonlStore other = open(path, new Retention(null, 8_000));
        other.write(records(Records.origin("bb", "c", "r"), 1, 10), false);
        for (int i = 0; i < 5; i++) {
            other.maintain();
        }
        one.write(some(1), false);
        assertThat(ids(one)).contains(id(4)).doesNotHaveDuplicates();
        assertThat(Files.readAllLines(path)).hasSize(1);
    }

    @Test
    @FaultRow(
            number = 15,
            injected = "an interrupt while the JSONL store writes",
            expected = "flag kept, each record there")
    void anInterruptDisturbsNothing() throws Exception {
        JsonlStore store = open(this.directory.resolve("telemetry.jsonl"));
        Thread.currentThread().interrupt();
        store.write(some(2), true);
        store.maintain();
        store.write(some(2), true);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ids(store)).hasSize(4);
    }

    private JsonlStore open(Path path) throws StoreException {
        return open(path, Retention.defaults());
    }

    private JsonlStore open(Path path, Retention retention) throws StoreException {
        JsonlStore store = new JsonlStore(path, retention, Clock.systemUTC());
        this.opened.add(store);
        store.open();
        return store;
    }

    private void assertRefused(Path path, String reason) {
        assertThatThrownBy(() -> open(path))
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason)
                .isInstanceOfSatisfying(
                        StoreException.class, (ex) -> assertThat(ex.remedy()).isEqualTo(Remedy.REFUSED));
    }

    private void assertReopens(JsonlStore store) throws StoreException {
        List<TelemetryRecord> batch = some(1);
        assertThatThrownBy(() -> store.write(batch, false))
                .isInstanceOfSatisfying(
                        StoreException.class, (ex) -> assertThat(ex.remedy()).isEqualTo(Remedy.REOPEN));
        store.open();
        store.write(batch, false);
    }

    private static void write(JsonlStore store, List<TelemetryRecord> batch) {
        try {
            store.write(batch, false);
        } catch (StoreException ex) {
            throw new AssertionError(ex);
        }
    }

    private static void maintain(JsonlStore store) {
        try {
            store.maintain();
        } catch (StoreException ex) {
            throw new AssertionError(ex);
        }
    }

    private List<TelemetryRecord> some(int count) {
        List<TelemetryRecord> records = records(this.origin, this.sequence + 1, count);
        this.sequence += count;
        return records;
    }

    static List<TelemetryRecord> records(Origin origin, long first, int count) {
        List<TelemetryRecord> records = new ArrayList<>();
        for (long i = first; i < first + count; i++) {
            records.add(TelemetryRecord.builder(origin, i, Records.START + i * 1000)
                    .event("step")
                    .metrics(new String[] {"loss", "rows"}, new double[] {1.0 / i, i})
                    .system(Records.system(10))
                    .message("x".repeat(100))
                    .build());
        }
        return records;
    }

    private static String id(long sequence) {
        return String.format("aa-%012d", sequence);
    }

    private static List<TelemetryRecord> all(JsonlStore store) throws IOException {
        List<TelemetryRecord> records = new ArrayList<>();
        store.source().forEach(RecordFilter.ALL, records::add, Deadline.none());
        return records;
    }

    private static List<String> ids(JsonlStore store) throws IOException {
        return all(store).stream().map(TelemetryRecord::id).toList();
    }
}
