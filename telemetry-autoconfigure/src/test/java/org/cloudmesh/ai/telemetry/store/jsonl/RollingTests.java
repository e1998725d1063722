package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollingTests {

    private static final int BATCH = 1_000;

    @TempDir
    private Path directory;

    private final Origin origin = Records.origin("aa", "train", "r1");

    private Clock clock = Clock.fixed(Instant.parse("2026-11-24T22:20:00Z"), ZoneOffset.UTC);

    private JsonlStore store;

    private @Nullable Random random;

    private long sequence;

    @AfterEach
    void close() {
        this.store.close();
    }

    @Test
    void rolledFilesArePackedAndRead() throws Exception {
        open(new Retention(null, 80_000_000));
        List<String> written = write(40);
        settle();
        List<Path> packed = files(".jsonl.gz");
        assertThat(packed).hasSize(1);
        assertThat(files(".jsonl")).isEmpty();
        assertThat(ids()).isEqualTo(written);
        assertThat(count()).isEqualTo(40 * BATCH);
        assertThat(this.store
                        .source()
                        .page(RecordFilter.ALL, null, 5, Deadline.none())
                        .records())
                .extracting(TelemetryRecord::sequence)
                .containsExactly(40_000L, 39_999L, 39_998L, 39_997L, 39_996L);
        try (InputStream in = new GZIPInputStream(Files.newInputStream(packed.get(0)))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .allSatisfy(RecordJson::read)
                    .hasSizeGreaterThan(10_000);
        }
    }

    @Test
    void theOldestFilesGoWhenThereIsTooMuch() throws Exception {
        // Packing alone must not make them fit.
        this.random = new Random(1);
        open(new Retention(null, 2_000_000));
        for (int i = 0; i < 30; i++) {
            write(2);
            this.store.maintain();
        }
        settle();
        assertThat(this.store.bytes()).isLessThan(2_600_000);
        List<String> ids = ids();
        assertThat(ids).hasSizeGreaterThan(2 * BATCH).endsWith(id(60 * BATCH)).doesNotContain(id(1));
        assertThat(ids).isSorted().hasSize((int) (60L * BATCH - number(ids.get(0)) + 1));
    }

    @Test
    void whatFitsWhenItIsPackedIsKeptInABurst() throws Exception {
        open(new Retention(null, 8_000_000));
        for (int i = 0; i < 60; i++) {
            write(1);
            assertThat(this.store.bytes()).isLessThan(10_000_000);
        }
        assertThat(ids()).hasSize(60 * BATCH).startsWith(id(1)).endsWith(id(60 * BATCH));
    }

    @Test
    void whatFitsWhenItIsPackedIsKeptAlsoWhenEachBatchFillsAFile() throws Exception {
        open(new Retention(null, 2_000_000));
        for (int i = 0; i < 12; i++) {
            write(1);
            assertThat(this.store.bytes()).isLessThan(2_500_000);
        }
        assertThat(ids()).hasSize(12 * BATCH).startsWith(id(1)).endsWith(id(12 * BATCH));
    }

    @Test
    void recordsGoWhenTheyAreOld() throws Exception {
        open(new Retention(Duration.ofDays(8), 0));
        write(1);
        this.clock = Clock.fixed(Instant.parse("2026-11-27T00:00:00Z"), ZoneOffset.UTC);
        reopen(new Retention(Duration.ofDays(8), 0));
        settle();
        write(1, Instant.parse("2026-11-27T00:00:00Z"));
        assertThat(count()).isEqualTo(2 * BATCH);
        this.clock = Clock.fixed(Instant.parse("2026-12-03T00:00:00Z"), ZoneOffset.UTC);
        reopen(new Retention(Duration.ofDays(8), 0));
        settle();
        assertThat(ids()).hasSize(BATCH).first().isEqualTo(id(BATCH + 1));
    }

    @Test
    void whatOthersWroteIsNeitherDeletedNorPacked() throws Exception {
        Path path = this.directory.resolve("telemetry.jsonl");
        Files.writeString(
                path, "{\"timestamp\": \"2020-01-01T00:00:00\", \"command\": \"c\", \"metrics\": {\"loss\": 1}}\n");
        Path stranger = Files.writeString(this.directory.resolve("telemetry.20200101.jsonl"), "mine\n");
        open(new Retention(null, 1_000_000));
        for (int i = 0; i < 10; i++) {
            write(2);
            settle();
        }
        assertThat(ids()).startsWith("python-000000000001").doesNotHaveDuplicates();
        assertThat(stranger).hasContent("mine\n");
        Files.writeString(
                path,
                "{\"timestamp\": \"2020-01-02T00:00:00\", \"command\": \"c\", \"metrics\": {\"loss\": 1}}\n",
                StandardOpenOption.APPEND);
        assertThat(ids()).startsWith("python-000000000001", "python-000000000002");
    }

    @Test
    void aCrashWhilePackingNeitherLosesNorDoubles() throws Exception {
        open(new Retention(null, 80_000_000));
        List<String> written = write(30);
        Path plain = files(".jsonl").stream()
                .filter((file) -> !file.endsWith("telemetry.jsonl"))
                .findFirst()
                .orElseThrow();
        Path kept = this.directory.resolve("kept");
        Files.copy(plain, kept);
        // Killed midway: the unfinished file stays.
        Files.writeString(
                RolledFiles.packed(plain)
                        .resolveSibling(RolledFiles.packed(plain).getFileName() + ".part-1"),
                "x");
        reopen(new Retention(null, 80_000_000));
        assertThat(ids()).isEqualTo(written);
        settle();
        assertThat(plain).doesNotExist();
        // Killed between the new name and the end of the old file.
        Files.move(kept, plain);
        reopen(new Retention(null, 80_000_000));
        assertThat(ids()).isEqualTo(written);
        settle();
        assertThat(plain).doesNotExist();
        assertThat(ids()).isEqualTo(written);
        try (var files = Files.list(this.directory)) {
            assertThat(files.map((file) -> file.getFileName().toString()))
                    .noneMatch((name) -> name.contains(RolledFiles.UNFINISHED));
        }
    }

    @Test
    void theOldestFilesGoWithoutMaintenanceAlsoWhenTwoWriteThem() throws Exception {
        Retention retention = new Retention(null, 8_000_000);
        open(retention);
        JsonlStore other = new JsonlStore(this.directory.resolve("telemetry.jsonl"), retention, this.clock);
        try {
            other.open();
            for (int i = 0; i < 60; i++) {
                write(1);
                assertThat(this.store.bytes()).isLessThan(10_000_000);
                other.write(JsonlStoreTests.records(Records.origin("bb", "c", "r"), 1 + i * BATCH, BATCH), false);
                assertThat(this.store.bytes()).isLessThan(10_000_000);
            }
        } finally {
            other.close();
        }
        assertThat(ids())
                .contains(id(60 * BATCH), "bb-000000060000")
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(5_000);
    }

    @Test
    void aFileThatAnotherProgramWroteToAfterItWasRolledIsKept() throws Exception {
        open(new Retention(null, 2_000_000));
        while (files(".jsonl").isEmpty()) {
            write(1);
        }
        Path rolled = files(".jsonl").get(0);
        Files.writeString(
                rolled,
                "{\"timestamp\": \"2020-01-01T00:00:00\", \"command\": \"c\", \"metrics\": {\"loss\": 1}}\n",
                StandardOpenOption.APPEND);
        write(40);
        settle();
        assertThat(rolled).exists();
        assertThat(files(".jsonl.gz")).isNotEmpty();
        assertThat(ids()).contains("python-000000000001", id(this.sequence));
    }

    private void open(Retention retention) throws Exception {
        this.store = new JsonlStore(this.directory.resolve("telemetry.jsonl"), retention, this.clock);
        this.store.open();
    }

    private void reopen(Retention retention) throws Exception {
        this.store.close();
        open(retention);
    }

    /** Lets the store do all that is to be done. */
    private void settle() throws Exception {
        for (int i = 0; i < 30; i++) {
            this.store.maintain();
        }
    }

    private List<String> write(int batches) throws Exception {
        return write(batches, this.clock.instant());
    }

    private List<String> write(int batches, Instant from) throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            List<TelemetryRecord> batch = new ArrayList<>();
            for (int j = 0; j < BATCH; j++) {
                this.sequence++;
                TelemetryRecord record = TelemetryRecord.builder(
                                this.origin, this.sequence, from.toEpochMilli() * 1000 + this.sequence)
                        .metrics(new String[] {"loss"}, new double[] {1.0 / this.sequence})
                        .system(Records.system(10))
                        .message(message())
                        .build();
                batch.add(record);
                ids.add(record.id());
            }
            this.store.write(batch, false);
        }
        return ids;
    }

    private String message() {
        if (this.random == null) {
            return "m".repeat(100);
        }
        byte[] bytes = new byte[50];
        this.random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private List<Path> files(String end) throws Exception {
        try (var files = Files.list(this.directory)) {
            return files.filter((file) -> file.getFileName().toString().endsWith(end)
                            && !file.getFileName().toString().equals("telemetry.jsonl"))
                    .toList();
        }
    }

    private List<String> ids() {
        List<String> ids = new ArrayList<>();
        this.store.source().forEach(RecordFilter.ALL, (record) -> ids.add(record.id()), Deadline.none());
        return ids;
    }

    private long count() {
        return this.store.source().groups(RecordFilter.ALL, Deadline.none()).stream()
                .mapToLong(RecordGroup::count)
                .sum();
    }

    private static String id(long sequence) {
        return String.format("aa-%012d", sequence);
    }

    private static long number(String id) {
        return Long.parseLong(id.substring(3));
    }
}
