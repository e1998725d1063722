package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.RecordPage;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Answers from summaries are those that looking at each record gives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SummaryTests {

    private static final int RECORDS = 90_000;

    private static final String[] METRICS = {"latency", "tokens", "wild", "rare"};

    private static final String[] COMMANDS = {"train", "serve"};

    private static final String[] EVENTS = {null, "inference", "load \"x\"", "once"};

    private static final String[] STATUSES = {"started", "completed", "failed", "queued"};

    private final long seed = System.nanoTime();

    private final Random random = new Random(this.seed);

    @TempDir
    private static Path directory;

    private List<TelemetryRecord> records;

    private RecordSource scanned;

    @BeforeAll
    void makeRecords() throws Exception {
        this.records = records(this.seed, RECORDS);
        this.scanned = new PlainScan(this.records);
        // Once plain, once packed, once half and half, beside each other.
        write("plain", 0, RECORDS);
        write("packed", RECORDS, 0);
        write("both", RECORDS / 2, RECORDS / 2);
    }

    private void write(String name, int packed, int plain) throws Exception {
        Files.createDirectory(directory.resolve(name));
        try (JsonlStore store = open(name, new Retention(null, 120_000_000))) {
            append(store, 0, packed);
            for (int i = 0; i < 120; i++) {
                store.maintain();
            }
        }
        try (JsonlStore store = open(name, new Retention(null, 0))) {
            append(store, packed, packed + plain);
        }
    }

    private void append(JsonlStore store, int from, int to) throws Exception {
        for (int i = from; i < to; i += 1_000) {
            store.write(this.records.subList(i, Math.min(to, i + 1_000)), false);
        }
    }

    private static JsonlStore open(String name, Retention retention) throws Exception {
        JsonlStore store =
                new JsonlStore(directory.resolve(name).resolve("telemetry.jsonl"), retention, Clock.systemUTC());
        store.open();
        return store;
    }

    @Test
    void theFilesAreAsThisTestNeedsThem() throws Exception {
        assertThat(packed("packed")).isNotEmpty();
        try (Stream<Path> files = Files.list(directory.resolve("plain"))) {
            assertThat(files.filter(RolledFiles::isPacked)).isEmpty();
        }
        assertThat(packed("packed")).allSatisfy((path) -> {
            try (LineFile file = LineFile.open(path)) {
                Footer found = FooterMembers.footer(file);
                assertThat(found).isNotNull();
                assertThat(found.nodes().get(0)).hasSameSizeAs(found.chunks());
                assertThat(found.filters().stream()
                                .mapToInt((filter) -> filter.to() - filter.from())
                                .sum())
                        .isEqualTo(found.chunks().size());
            }
        });
    }

    @Test
    void answersEqualThoseOfAScan() throws Exception {
        for (String name : List.of("plain", "packed", "both")) {
            try (JsonlStore store = open(name, new Retention(null, 0))) {
                for (int i = 0; i < 25; i++) {
                    compare(store.source(), filter());
                }
            }
        }
    }

    @Test
    void aDamagedSummaryIsPassedOver() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("damaged"));
        for (Path file : packed("packed")) {
            Path target = Files.copy(file, copy.resolve(file.getFileName()));
            Footer found;
            try (LineFile lines = LineFile.open(target)) {
                found = FooterMembers.footer(lines);
            }
            try (RandomAccessFile bytes = new RandomAccessFile(target.toFile(), "rw")) {
                for (List<StoredRollup> level : found.nodes()) {
                    for (StoredRollup node : level) {
                        bytes.seek(node.offset() + 40 + this.random.nextInt(Math.min(1000, node.length() - 40)));
                        int there = bytes.read();
                        bytes.seek(bytes.getFilePointer() - 1);
                        bytes.write(there ^ 1 << this.random.nextInt(8));
                    }
                }
                for (ChunkFilter.Stored filter : found.filters()) {
                    for (int i = 0; i < 20; i++) {
                        bytes.seek(filter.offset() + 40 + this.random.nextInt(Math.min(30_000, filter.length() - 40)));
                        bytes.write(this.random.nextInt(256));
                    }
                }
            }
        }
        compareFew("damaged");
    }

    @Test
    void aFileWithoutADirectoryIsRead() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("headless"));
        for (Path file : packed("packed")) {
            Path target = Files.copy(file, copy.resolve(file.getFileName()));
            try (RandomAccessFile bytes = new RandomAccessFile(target.toFile(), "rw")) {
                bytes.setLength(bytes.length() - 1);
            }
        }
        compareFew("headless");
    }

    @Test
    void whatAnotherProgramPackedIsReadAndNeverDeleted() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("others"));
        for (Path file : packed("packed")) {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(copy.resolve(file.getFileName())));
                    var in = new GZIPInputStream(Files.newInputStream(file))) {
                in.transferTo(out);
            }
        }
        compareFew("others");
        List<Path> before = packed("others");
        try (JsonlStore store = open("others", new Retention(null, 1_000))) {
            for (int i = 0; i < 20; i++) {
                store.maintain();
            }
        }
        assertThat(packed("others")).isEqualTo(before);
    }

    @Test
    void anyGunzipUnpacksTheSameLines() throws Exception {
        List<String> lines = new ArrayList<>();
        for (Path file : packed("packed")) {
            try (var in = new GZIPInputStream(Files.newInputStream(file))) {
                lines.addAll(new String(in.readAllBytes()).lines().toList());
            }
        }
        assertThat(lines).hasSizeGreaterThan(RECORDS / 2);
        for (int i = 0; i < lines.size(); i += 997) {
            assertThat(lines.get(i))
                    .as("line %d, seed %d", i, this.seed)
                    .isEqualTo(RecordJson.write(this.records.get(i)));
        }
    }

    private void compareFew(String name) throws Exception {
        List<TelemetryRecord> kept = this.records;
        RecordSource all = this.scanned;
        try (JsonlStore packed = open("packed", new Retention(null, 0));
                JsonlStore store = open(name, new Retention(null, 0))) {
            List<TelemetryRecord> there = new ArrayList<>();
            store.source().forEach(RecordFilter.ALL, there::add, Deadline.none());
            assertThat(there).hasSizeGreaterThan(RECORDS / 2);
            this.records = there;
            this.scanned = new PlainScan(there);
            for (int i = 0; i < 10; i++) {
                compare(store.source(), filter());
            }
            assertThat(packed.source()).isNotNull();
        } finally {
            this.records = kept;
            this.scanned = all;
        }
    }

    private static List<Path> packed(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.filter(RolledFiles::isPacked).sorted().toList();
        }
    }

    private void compare(RecordSource source, RecordFilter filter) {
        String what = filter + ", seed " + this.seed;
        assertThat(groups(source, filter)).as(what).isEqualTo(groups(this.scanned, filter));
        Map<String, Distribution> metrics = source.metrics(filter, Deadline.none());
        Map<String, Distribution> expected = this.scanned.metrics(filter, Deadline.none());
        assertThat(metrics.keySet()).as(what).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertSame(what, metrics.get(name), values));
        String metric = METRICS[this.random.nextInt(METRICS.length)];
        for (Dimension by : new Dimension[] {
            null,
            Dimension.of(Dimension.Kind.STATUS),
            Dimension.of(Dimension.Kind.RUN),
            Dimension.attribute("model"),
            Dimension.attribute("trace")
        }) {
            if (by != null && "trace".equals(by.attribute()) && this.random.nextInt(10) > 0) {
                continue;
            }
            Map<String, Distribution> values = source.metric(metric, filter, by, Deadline.none());
            Map<String, Distribution> scan = this.scanned.metric(metric, filter, by, Deadline.none());
            assertThat(values.keySet()).as(what + by).isEqualTo(scan.keySet());
            scan.forEach((key, value) -> assertSame(what + by + key, values.get(key), value));
        }
        long[] edges = this.random
                .longs(1 + this.random.nextInt(20), -5_000_000, RECORDS * 1_000L)
                .map((at) -> Records.START + at)
                .distinct()
                .sorted()
                .toArray();
        if (edges.length > 1) {
            List<Distribution> series = source.series(metric, filter, edges, Deadline.none());
            List<Distribution> scan = this.scanned.series(metric, filter, edges, Deadline.none());
            for (int i = 0; i < scan.size(); i++) {
                assertSame(what + Arrays.toString(edges) + i, series.get(i), scan.get(i));
            }
        }
        RecordPage page = source.page(filter, null, 50, Deadline.none());
        RecordPage scan = this.scanned.page(filter, null, 50, Deadline.none());
        assertThat(page.records()).as(what).extracting(TelemetryRecord::id).isEqualTo(ids(scan));
        if (scan.next() != null) {
            assertThat(source.page(filter, page.next(), 50, Deadline.none()).records())
                    .as(what)
                    .extracting(TelemetryRecord::id)
                    .isEqualTo(ids(this.scanned.page(filter, scan.next(), 50, Deadline.none())));
        }
        assertThat(source.knows(metric, Deadline.none()))
                .as(what)
                .isEqualTo(this.scanned.knows(metric, Deadline.none()));
        assertThat(source.knows("nobody", Deadline.none())).as(what).isFalse();
    }

    private static List<String> ids(RecordPage page) {
        return page.records().stream().map(TelemetryRecord::id).toList();
    }

    private static Map<List<String>, List<Long>> groups(RecordSource source, RecordFilter filter) {
        Map<List<String>, List<Long>> groups = new HashMap<>();
        for (RecordGroup group : source.groups(filter, Deadline.none())) {
            groups.put(
                    Arrays.asList(group.command(), group.run(), group.status(), group.event()),
                    List.of(group.count(), group.first(), group.last()));
        }
        return groups;
    }

    /** Same values; quantiles are exact when they say so, and else those of the very same buckets. */
    private static void assertSame(String what, Distribution seen, Distribution scan) {
        assertThat(seen.count()).as(what).isEqualTo(scan.count());
        if (scan.count() == 0) {
            return;
        }
        assertThat(seen.min()).as(what).isEqualTo(scan.min());
        assertThat(seen.max()).as(what).isEqualTo(scan.max());
        assertThat(seen.lastAt()).as(what).isEqualTo(scan.lastAt());
        double size = Math.max(Math.abs(scan.min()), Math.abs(scan.max()));
        assertThat(seen.sum()).as(what).isCloseTo(scan.sum(), within(1e-9 * (1 + size * scan.count())));
        assertThat(seen.buckets()).as(what).isEqualTo(scan.buckets());
        for (double q : new double[] {0.01, 0.5, 0.9, 0.99}) {
            double exact = scan.quantile(q);
            assertThat(seen.quantile(q))
                    .as("%s, quantile %s", what, q)
                    .isCloseTo(exact, within(seen.exact() ? 0.0 : 0.01 * Math.abs(exact)));
        }
    }

    private RecordFilter filter() {
        RecordFilter.Builder filter = RecordFilter.builder();
        if (this.random.nextInt(4) == 0) {
            filter.attribute("model", "m" + this.random.nextInt(5));
        }
        if (this.random.nextInt(4) == 0) {
            TelemetryRecord some = this.records.get(this.random.nextInt(this.records.size()));
            filter.attribute("trace", some.attributes().getOrDefault("trace", "none"));
        }
        List<RecordFilter.SystemCondition> system = this.random.nextInt(6) == 0
                ? List.of(new RecordFilter.SystemCondition(
                        "cpu_percent", RecordFilter.Comparison.GREATER, this.random.nextInt(110)))
                : List.of();
        Instant from = this.random.nextInt(3) == 0 ? null : at();
        Instant to = this.random.nextInt(3) == 0 ? null : at();
        if (this.random.nextInt(6) == 0) {
            filter.text(any("M1", "e", "0"));
        }
        if (this.random.nextInt(12) == 0) {
            filter.attribute("model", NamePattern.startingWith("m"));
        }
        filter.metric(any(METRICS));
        if (this.random.nextInt(6) == 0) {
            filter.metric(NamePattern.startingWith(METRICS[0].substring(0, 1)));
        }
        return filter.command(any(COMMANDS))
                .run(any("r1", "r2"))
                .status(any(STATUSES))
                .event(any(EVENTS))
                .system(system)
                .from(from)
                .to(to)
                .build();
    }

    private Instant at() {
        return EpochMicros.instant(Records.START + (long) (this.random.nextDouble() * RECORDS) * 1_000L);
    }

    private String any(String... values) {
        return this.random.nextInt(4) == 0 ? values[this.random.nextInt(values.length)] : null;
    }

    private static List<TelemetryRecord> records(long seed, int count) {
        Random random = new Random(seed);
        Origin[] origins = {Records.origin("aa", "train", "r1"), Records.origin("bb", "serve", "r2")};
        long[] sequences = new long[2];
        Map<String, Object> system = Records.system(10);
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int origin = random.nextInt(2);
            if (i % 1_000 == 0) {
                system = Records.system(random.nextInt(100));
            }
            long late = random.nextInt(20) == 0 ? random.nextInt(3_000) : 0;
            boolean once = random.nextInt(20_000) == 0;
            TelemetryRecord.Builder record = TelemetryRecord.builder(
                            origins[origin],
                            ++sequences[origin],
                            Records.START + (i - late) * 1_000L + random.nextInt(1000))
                    .status(Status.of(STATUSES[random.nextInt(STATUSES.length)]))
                    .event(once ? "once" : EVENTS[random.nextInt(3)])
                    .system(system);
            switch (once ? 3 : random.nextInt(3)) {
                case 0 ->
                    record.metrics(
                            new String[] {"latency", "tokens"},
                            new double[] {Math.exp(random.nextGaussian()), random.nextInt(1000)});
                case 1 ->
                    record.metrics(new String[] {"wild", "latency"}, new double[] {
                        Math.pow(10, random.nextInt(40) - 20) * random.nextGaussian(), random.nextDouble()
                    });
                case 2 -> record.message("nothing measured");
                default -> record.metrics(new String[] {"rare"}, new double[] {random.nextGaussian()});
            }
            if (random.nextInt(3) > 0) {
                record.attributes(Map.of("model", "m" + random.nextInt(4)));
            } else if (random.nextInt(3) == 0) {
                record.attributes(Map.of("trace", Long.toHexString(random.nextLong()), "model", "m4"));
            }
            records.add(record.build());
        }
        return Collections.unmodifiableList(records);
    }
}
