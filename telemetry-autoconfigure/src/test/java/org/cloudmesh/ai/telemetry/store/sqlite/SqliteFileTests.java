package org.cloudmesh.ai.telemetry.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person, another program or a fault does to the file. */
class SqliteFileTests {

    private static final Instant NOW = Instant.parse("2026-11-24T22:20:00Z");

    private static final long START = EpochMicros.micros(NOW) - 3_600_000_000L;

    private static final RollupTreeSettings SMALL = new RollupTreeSettings(16, 2, 4, 64, 4, 100, 20, 200, 0);

    @TempDir
    Path directory;

    private final List<SqliteStore> stores = new ArrayList<>();

    @AfterEach
    void closeStores() {
        this.stores.forEach(SqliteStore::close);
    }

    @Test
    void theFileIsTheOwnersAlone() throws Exception {
        SqliteStore store = open("deep/er/telemetry.db");
        store.write(records("aa", 1, 10), true);
        for (String suffix : new String[] {"", "-wal", "-shm"}) {
            Path file = store.path().resolveSibling(store.path().getFileName() + suffix);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void noCharacterOfAPathHasAMeaning() throws Exception {
        for (String name : List.of("a?mode=memory.db", "b#c.db", "d%20e f.db", "\u00fc&x=y;.db", "file:x.db")) {
            SqliteStore store = open(name);
            store.write(records("aa", 1, 3), false);
            assertThat(this.directory.resolve(name)).isNotEmptyFile();
            assertThat(count(store)).isEqualTo(3);
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            assertThat(files.filter((file) -> !file.toString().matches(".*(-wal|-shm|\\.lock)")))
                    .hasSize(5);
        }
    }

    @Test
    void whatIsNoFileOfOursIsRefusedAndLeftAlone() throws Exception {
        Path text = this.directory.resolve("text.db");
        Files.writeString(text, "This is not a database, but somebody needs it. ".repeat(100));
        byte[] before = Files.readAllBytes(text);
        assertRefused(() -> open("text.db"), "text.db");
        assertThat(text).hasBinaryContent(before);

        Path other = this.directory.resolve("other.db");
        sql(other, "CREATE TABLE customer (id INTEGER)");
        before = Files.readAllBytes(other);
        assertRefused(() -> open("other.db"), "another program");
        assertThat(other).hasBinaryContent(before);

        Files.createDirectory(this.directory.resolve("directory.db"));
        assertRefused(() -> open("directory.db"), "directory");

        Files.createSymbolicLink(this.directory.resolve("link.db"), this.directory.resolve("target.db"));
        assertRefused(() -> open("link.db"), "symbolic link");
        assertThat(this.directory.resolve("target.db")).doesNotExist();
    }

    @Test
    void aNewerVersionIsRefused() throws Exception {
        SqliteStore store = open("telemetry.db");
        store.write(records("aa", 1, 3), true);
        store.close();
        sql(store.path(), "PRAGMA user_version = 99");
        assertRefused(() -> open("telemetry.db"), "newer release");
    }

    @Test
    void aFileOfTheFirstVersionIsBroughtToThePresentOne() throws Exception {
        SqliteStore store = open("telemetry.db");
        store.write(records("aa", 1, 1000), true);
        List<TelemetryRecord> before = all(store);
        store.close();
        OlderFile.make(store.path(), 1);

        store = open("telemetry.db");
        assertThat(cli(store.path(), "PRAGMA user_version")).isEqualTo(Integer.toString(Schema.VERSION));
        assertThat(cli(store.path(), "SELECT count(*) FROM telemetry")).isEqualTo("1000");
        assertThat(all(store)).usingRecursiveFieldByFieldElementComparator().isEqualTo(before);
        assertConsistent(store);
        store.write(records("aa", 1001, 1000), true);
        store.write(records("bb", 1, 500), true);
        assertThat(count(store)).isEqualTo(2500);
        assertConsistent(store);
    }

    @Test
    void aFileOfTheSecondVersionAnswersAtOnceAndGetsItsIndexByAndBy() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.needles(seed, 4_000);
        SqliteStore store = open("telemetry.db");
        store.write(records.subList(0, 3_000), true);
        store.close();
        OlderFile.make(store.path(), 2);

        store = open("telemetry.db");
        assertFinds(store, records.subList(0, 3_000), seed);
        store.write(records.subList(3_000, 3_500), true);
        store.maintain();
        assertFinds(store, records.subList(0, 3_500), seed);
        for (int i = 0; i < 40; i++) {
            store.maintain();
        }
        assertThat(cli(store.path(), "SELECT value FROM mark WHERE name = 'index-since'"))
                .isEqualTo("0");
        assertFinds(store, records.subList(0, 3_500), seed);
        store.write(records.subList(3_500, 4_000), true);
        assertFinds(store, records, seed);
    }

    @Test
    void twoProcessesKeepOneIndex() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.needles(seed, 6_000);
        List<TelemetryRecord> ones = ofToken(records, "aa");
        List<TelemetryRecord> others = ofToken(records, "bb");
        SqliteStore one = open("telemetry.db");
        SqliteStore other = open("telemetry.db");
        for (int at = 0; at < 2_000; at += 100) {
            one.write(ones.subList(at, at + 100), false);
            if (at % 300 == 0) {
                other.write(others.subList(at, at + 300), false);
            }
        }
        List<TelemetryRecord> written = new ArrayList<>(ones.subList(0, 2_000));
        written.addAll(others.subList(0, 2_100));
        assertFinds(one, written, seed);
        assertFinds(other, written, seed);
    }

    private static List<TelemetryRecord> ofToken(List<TelemetryRecord> records, String token) {
        return records.stream()
                .filter((record) -> record.origin().token().equals(token))
                .toList();
    }

    @Test
    void retentionTakesTheIndexOfWhatItRemoves() throws Exception {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = Records.needles(seed, 40_000);
        SqliteStore store = open("telemetry.db", new Retention(null, 2_000_000));
        for (int at = 0; at < records.size(); at += 500) {
            store.write(records.subList(at, at + 500), false);
            store.maintain();
        }
        List<TelemetryRecord> kept = all(store);
        assertThat(kept).hasSizeBetween(1_000, 30_000);
        assertFinds(store, kept, seed);
        assertThat(Long.parseLong(cli(store.path(), "SELECT sum(records) FROM attribute_run")))
                .isBetween(kept.size() / 2L, kept.size() * 3L / 2);
        assertThat(cli(
                        store.path(),
                        "SELECT count(*) FROM attribute_posting WHERE id >> 20 NOT IN (SELECT id FROM attribute_run)"))
                .isEqualTo("0");
    }

    private static void assertFinds(SqliteStore store, List<TelemetryRecord> records, long seed) {
        PlainScan expected = new PlainScan(records);
        Random random = new Random(seed);
        for (int i = 0; i < 30; i++) {
            RecordFilter.Builder builder = RecordFilter.builder();
            switch (i % 3) {
                case 0 -> builder.attribute("session", "session-" + random.nextInt(4_000));
                case 1 -> builder.attribute("user", "user-" + random.nextInt(100));
                default ->
                    builder.system(new RecordFilter.SystemCondition(
                            "cpu_percent", RecordFilter.Comparison.GREATER, random.nextInt(100)));
            }
            RecordFilter filter = builder.build();
            assertThat(store.source().page(filter, null, 1000, Deadline.none()).records())
                    .as("seed %d, %s", seed, filter)
                    .extracting(TelemetryRecord::id)
                    .isEqualTo(expected.page(filter, null, 1000, Deadline.none()).records().stream()
                            .map(TelemetryRecord::id)
                            .toList());
        }
    }

    @Test
    void aDamagedFileOfOursIsPutAside() throws Exception {
        SqliteStore store = open("telemetry.db");
        store.write(records("aa", 1, 5000), true);
        store.close();
        byte[] bytes = Files.readAllBytes(store.path());
        for (int i = 8192; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Files.write(store.path(), bytes);
        store.open();
        store.write(records("aa", 1, 10), true);
        assertThat(count(store)).isEqualTo(10);
        try (Stream<Path> files = Files.list(this.directory)) {
            assertThat(files.map((file) -> file.getFileName().toString()))
                    .anyMatch((name) -> name.matches("telemetry\\.db\\.corrupt-\\d{8}T\\d{6}.*Z"));
        }
    }

    @Test
    void recordsOfADamagedFileOfAnEarlierVersionAreBroughtBack() throws Exception {
        SqliteStore store = open("telemetry.db");
        store.write(records("aa", 1, 5000), true);
        store.close();
        OlderFile.make(store.path(), 2);
        long last = Files.size(store.path()) - 4096;
        try (RandomAccessFile file = new RandomAccessFile(store.path().toFile(), "rw")) {
            file.seek(last);
            file.write(new byte[4096]);
        }
        store.open();
        for (int i = 0; i < 100; i++) {
            store.maintain();
        }
        try (Stream<Path> files = Files.list(this.directory)) {
            assertThat(files).anyMatch((file) -> file.toString().contains(".corrupt-"));
        }
        assertThat(count(store)).isGreaterThan(4000);
    }

    @Test
    void readingsOfOneMachineShareWhatDoesNotChange() throws Exception {
        SqliteStore store = open("telemetry.db");
        List<TelemetryRecord> records = new ArrayList<>();
        List<SystemReading> history = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            records.add(TelemetryRecord.builder(origin("aa"), i + 1, START + i * 1_000_000L)
                    .reading(system(i))
                    .build());
            history.add(new SystemReading(START + i * 1_000_000L, system(i)));
        }
        store.write(records, false);
        store.writeReadings(origin("aa"), history);
        assertThat(cli(store.path(), "SELECT count(*) FROM reading")).isEqualTo("20");
        assertThat(cli(store.path(), "SELECT count(*) FROM history")).isEqualTo("20");
        // One for each of the two forms.
        assertThat(cli(store.path(), "SELECT count(*) FROM machine")).isEqualTo("2");
        assertThat(all(store).get(7).reading()).isEqualTo(system(7));
        assertThat(cli(store.path(), "SELECT json_extract(system, '$.sampled_at') FROM telemetry LIMIT 1 OFFSET 7"))
                .isEqualTo(system(7).get("sampled_at"));
        assertThat(store.source().readings(RecordFilter.ALL, 100, Deadline.none()))
                .extracting(SystemReading::system)
                .containsExactlyElementsOf(
                        history.stream().map(SystemReading::system).toList());
    }

    @Test
    void readingsThatAreTooOldGo() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(Duration.ofMinutes(30), Long.MAX_VALUE));
        store.writeReadings(origin("aa"), readings(0, 3600));
        for (int i = 0; i < 10; i++) {
            store.maintain();
        }
        List<SystemReading> left = store.source().readings(RecordFilter.ALL, 10_000, Deadline.none());
        assertThat(left.get(0).at() - EpochMicros.micros(NOW)).isBetween(-1_860_000_000L, -1_800_000_000L);
        assertThat(left.get(left.size() - 1).at()).isEqualTo(START + 3_599_000_000L);
    }

    @Test
    void theOldestReadingsGoWhenThereAreTooManyAlsoWithoutRecords() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(null, 1_500_000));
        for (int i = 0; i < 40; i++) {
            store.writeReadings(origin("aa"), readings(i * 1000, 1000));
            store.maintain();
        }
        for (int i = 0; i < 100; i++) {
            store.maintain();
        }
        assertThat(store.bytes()).isLessThan(2_000_000);
        List<SystemReading> left = store.source().readings(RecordFilter.ALL, 100_000, Deadline.none());
        assertThat(left).hasSizeBetween(1000, 39_000);
        assertThat(left.get(left.size() - 1).at()).isEqualTo(START + 39_999_000_000L);
        store.write(records("aa", 40_000, 10), false);
        for (int i = 40; i < 60; i++) {
            store.writeReadings(origin("aa"), readings(i * 1000, 1000));
            store.maintain();
        }
        // What is newer than the records stays longer than they do; they are not yet the oldest.
        assertThat(count(store)).isEqualTo(10);
    }

    private static Origin origin(String token) {
        return new Origin(token, "train", "run", Map.of("name", "ada"));
    }

    private static List<SystemReading> readings(int from, int count) {
        List<SystemReading> readings = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            readings.add(new SystemReading(START + i * 1_000_000L, system(i)));
        }
        return readings;
    }

    private static Map<String, Object> system(int second) {
        Map<String, Object> system = new LinkedHashMap<>();
        system.put(
                "sampled_at", EpochMicros.instant(START + second * 1_000_000L).toString());
        system.put("cpu", "AMD EPYC");
        system.put("cpu_count", 2L);
        system.put("cpu_percent", second % 100 + 0.25);
        system.put("memory_total", 68_719_476_736L);
        system.put("memory_used", 34_359_738_368L + second);
        system.put("temperature", null);
        system.put("gpus", List.of());
        return system;
    }

    @Test
    void aFileThatIsGoneIsNoticedAndBegunAgain() throws Exception {
        for (String fault : List.of("removed", "moved", "truncated")) {
            SqliteStore store = open(fault + ".db");
            store.write(records("aa", 1, 10), true);
            switch (fault) {
                case "removed" -> Files.delete(store.path());
                case "moved" -> Files.move(store.path(), this.directory.resolve("elsewhere"));
                default ->
                    Files.newByteChannel(store.path(), StandardOpenOption.WRITE)
                            .truncate(0)
                            .close();
            }
            assertThatThrownBy(store::maintain)
                    .as(fault)
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            (ex) -> assertThat(ex.remedy()).isEqualTo(Remedy.REOPEN));
            store.open();
            store.write(records("aa", 11, 5), true);
            assertThat(count(store)).as(fault).isGreaterThanOrEqualTo(5);
            store.close();
            assertThat(store.path()).isNotEmptyFile();
        }
    }

    @Test
    void aLockedFileIsTriedAgainLater() throws Exception {
        SqliteStore store = open("telemetry.db");
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + store.path());
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertThatThrownBy(() -> store.write(records("aa", 1, 10), false))
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            (ex) -> assertThat(ex.remedy()).isEqualTo(Remedy.RETRY));
            assertThat(count(store)).isZero();
            statement.execute("ROLLBACK");
        }
        store.write(records("aa", 1, 10), false);
        assertThat(count(store)).isEqualTo(10);
    }

    @Test
    void twoStoresShareAFile() throws Exception {
        SqliteStore one = open("telemetry.db");
        SqliteStore two = open("telemetry.db");
        for (int i = 0; i < 30; i++) {
            one.write(records("aa", 1 + i * 20, 20), false);
            two.write(records("bb", 1 + i * 20, 20), false);
        }
        assertThat(count(one)).isEqualTo(1200);
        assertThat(count(two)).isEqualTo(1200);
        assertConsistent(two);
    }

    @Test
    void thePythonFileIsTakenOverAndStaysReadable() throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        try (InputStream in = getClass().getResourceAsStream("/python-original/telemetry.db")) {
            Files.copy(in, path);
        }
        String before = cli(path, "SELECT id, timestamp, command, status, metrics, system, message FROM telemetry");
        SqliteStore store = open("telemetry.db");
        assertThat(count(store)).isEqualTo(22);
        assertThat(store.source()
                        .metric("loss", RecordFilter.ALL, null, Deadline.none())
                        .get("")
                        .count())
                .isEqualTo(12);
        assertThat(store.source()
                        .metric("inference_latency", RecordFilter.ALL, null, Deadline.none())
                        .get("")
                        .count())
                .isEqualTo(2);
        store.write(records("aa", 1, 3), true);
        assertThat(cli(path, "SELECT count(*) FROM telemetry")).isEqualTo("25");
        assertThat(cli(path, "SELECT id, timestamp, command, status, metrics, system, message FROM telemetry_python"))
                .isEqualTo(before);
        cli(
                path,
                "INSERT INTO telemetry (timestamp, command, status, metrics, system, message) VALUES"
                        + " ('2026-11-24T12:00:00.5', 'late', 'running', '{\"loss\": 7}', '{}', NULL)");
        store.maintain();
        assertThat(count(store)).isEqualTo(26);
        assertThat(cli(path, "SELECT count(*) FROM telemetry")).isEqualTo("26");
        store.close();
        store.open();
        assertThat(count(store)).isEqualTo(26);
    }

    @Test
    void theViewShowsRecordsAsTheContractHasThem() throws Exception {
        SqliteStore store = open("telemetry.db");
        double[] values = {0.1, 1.0 / 3, 1e22, 5, 3, 1e-310, 7, 8, 0.1 + 0.2, 10};
        String[] names = {"a", "b \"q\"", "c", "d", "e", "f", "g", "h", "i", "j"};
        TelemetryRecord record = TelemetryRecord.builder(
                        new Origin("tok", "train", "run", Map.of("name", "ada")), 42, START + 123_456)
                .status(Status.COMPLETED)
                .event("inference")
                .metrics(names, values)
                .attributes(Map.of("model", "it's \"x\""))
                .system(RecordJson.read(
                        "{\"cpu\":\"x\",\"gpu_model\":null,\"cpu_percent\":12.5,\"gpus\":[{\"name\":null}]}"))
                .message("warm")
                .build();
        store.write(List.of(record), true);
        String json = cli(
                store.path(),
                "SELECT json_object('id', id, 'timestamp', timestamp, 'command', command, 'run', run, 'status', status,"
                        + " 'event', event, 'metrics', json(metrics), 'attributes', json(attributes), 'system',"
                        + " json(system), 'user', json(user), 'message', message) FROM telemetry");
        Map<String, Object> fields = RecordJson.read(json);
        assertThat(fields)
                .containsEntry("id", "tok-000000000042")
                .containsEntry("timestamp", "2026-11-24T21:20:00.123456Z")
                .containsEntry("command", "train")
                .containsEntry("run", "run")
                .containsEntry("status", "completed")
                .containsEntry("event", "inference")
                .containsEntry("metrics", record.metrics())
                .containsEntry("attributes", record.attributes())
                .containsEntry("system", record.system())
                .containsEntry("user", Map.of("name", "ada"))
                .containsEntry("message", "warm");
    }

    @Test
    void theOldestGoWhenTheyAreTooOld() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(Duration.ofMinutes(30), Long.MAX_VALUE));
        store.write(records("aa", 1, 3000), false);
        for (int i = 0; i < 50; i++) {
            store.maintain();
        }
        long cutoff = EpochMicros.micros(NOW) - 1_800_000_000L;
        List<TelemetryRecord> left = all(store);
        assertThat(left).isNotEmpty();
        assertThat(left.get(0).timestampMicros()).isBetween(cutoff - 60_000_000, cutoff + 3_000_000);
        assertConsistent(store);
        store.write(records("aa", 3001, 500), false);
        store.write(records("bb", 1, 50), false);
        assertConsistent(store);
    }

    @Test
    void theOldestGoWhenThereAreTooMany() throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        try (InputStream in = getClass().getResourceAsStream("/python-original/telemetry.db")) {
            Files.copy(in, path);
        }
        SqliteStore store = open("telemetry.db", new Retention(null, 1_500_000));
        for (int i = 0; i < 40; i++) {
            store.write(records("aa", 1 + i * 1000, 1000), false);
            store.maintain();
        }
        for (int i = 0; i < 100; i++) {
            store.maintain();
        }
        assertThat(store.bytes()).isLessThan(2_000_000);
        List<TelemetryRecord> left = all(store);
        assertThat(left).hasSizeGreaterThan(1000);
        assertThat(left.stream().filter((record) -> record.origin().token().equals("python")))
                .hasSize(22);
        assertThat(left).anyMatch((record) -> record.origin().token().equals("aa") && record.sequence() == 40_000);
        assertConsistent(store);
    }

    @Test
    void noBoundIsNone() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(null, 0));
        store.write(records("aa", 1, 5000), false);
        for (int i = 0; i < 10; i++) {
            store.maintain();
        }
        assertThat(count(store)).isEqualTo(5000);
    }

    @Test
    void theOldestGoWhileRecordsAreWrittenAlsoBetweenThoseOfAnotherProgram() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(null, 1_500_000));
        for (int i = 0; i < 60; i++) {
            store.write(records("aa", 1 + i * 1000, 1000), false);
            if (i < 10) {
                // Among the records of the same time.
                sql(
                        store.path(),
                        "INSERT INTO telemetry (timestamp, command, status, metrics) VALUES ('"
                                + Instant.ofEpochMilli(START / 1000 + i * 1_000_000L + 500_500)
                                + "', 'c', 'completed', '{\"loss\": 1}')");
                store.maintain();
            }
            assertThat(store.bytes()).isLessThan(1_875_000);
        }
        List<TelemetryRecord> left = all(store);
        assertThat(left.stream().filter((record) -> record.origin().token().equals("python")))
                .hasSize(10);
        assertThat(left).hasSizeGreaterThan(1000).anyMatch((record) -> record.sequence() == 60_000);
        assertConsistent(store);
        // Late ones, into what was emptied.
        store.write(records("bb", 1, 3000), false);
        assertConsistent(store);
    }

    @Test
    @Tag("fault")
    void aLongReaderNeitherHoldsTheWriterNorCostsRecords() throws Exception {
        SqliteStore store = open("telemetry.db", new Retention(null, 1_500_000));
        store.write(records("aa", 1, 5000), false);
        Path log = this.directory.resolve("telemetry.db-wal");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store.path());
                Statement reader = connection.createStatement()) {
            reader.execute("BEGIN");
            reader.execute("SELECT count(*) FROM record");
            long shortest = Long.MAX_VALUE;
            for (int i = 0; i < 10; i++) {
                store.write(records("aa", 5001 + i * 1000, 1000), false);
                long start = System.nanoTime();
                store.maintain();
                shortest = Math.min(shortest, System.nanoTime() - start);
            }
            assertThat(Files.size(log)).isGreaterThan(375_000);
            if (Boolean.getBoolean("telemetry.faults")) {
                assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofMillis(150));
            }
            assertThat(count(store)).isGreaterThan(2000);
        }
        store.maintain();
        assertThat(log).isEmptyFile();
        assertConsistent(store);
    }

    private void assertConsistent(SqliteStore store) throws Exception {
        List<TelemetryRecord> records = all(store);
        assertThat(store.source().groups(RecordFilter.ALL, Deadline.none()).stream()
                        .mapToLong(RecordGroup::count)
                        .sum())
                .isEqualTo(records.size());
        double sum = records.stream()
                .filter((record) -> record.metrics().containsKey("loss"))
                .mapToDouble((record) -> record.metrics().get("loss"))
                .sum();
        assertThat(store.source()
                        .metric("loss", RecordFilter.ALL, null, Deadline.none())
                        .get("")
                        .sum())
                .isCloseTo(sum, org.assertj.core.data.Percentage.withPercentage(1e-6));
        assertThat(cli(store.path(), "PRAGMA quick_check")).isEqualTo("ok");
    }

    private static List<TelemetryRecord> all(SqliteStore store) {
        List<TelemetryRecord> records = new ArrayList<>();
        store.source().forEach(RecordFilter.ALL, records::add, Deadline.none());
        return records;
    }

    private static long count(SqliteStore store) {
        return all(store).size();
    }

    /** Returns records one second apart. */
    private static List<TelemetryRecord> records(String token, int from, int count) {
        Origin origin = new Origin(token, "train", "run", Map.of("name", "ada"));
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            records.add(TelemetryRecord.builder(origin, i, START + i * 1_000_000L)
                    .status(i % 7 == 0 ? Status.FAILED : Status.COMPLETED)
                    .event("step")
                    .metrics(new String[] {"loss", "accuracy"}, new double[] {1.0 / i, i % 100})
                    .message("step " + i)
                    .build());
        }
        return records;
    }

    private SqliteStore open(String name) throws StoreException {
        return open(name, Retention.defaults());
    }

    private SqliteStore open(String name, Retention retention) throws StoreException {
        SqliteStore store = new SqliteStore(
                new StoreSettings(this.directory.resolve(name), retention, Clock.fixed(NOW, ZoneOffset.UTC)), SMALL);
        this.stores.add(store);
        store.open();
        return store;
    }

    private static void assertRefused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class, (ex) -> assertThat(ex.remedy()).isEqualTo(Remedy.REFUSED))
                .hasMessageContaining(reason);
    }

    private static void sql(Path path, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String cli(Path path, String sql) throws Exception {
        assumeThat(Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch((directory) -> Files.isExecutable(Path.of(directory, "sqlite3"))))
                .as("sqlite3 is installed")
                .isTrue();
        Process process = new ProcessBuilder("sqlite3", path.toString(), sql)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }
}
