package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.rollup.Rollup;
import org.cloudmesh.ai.telemetry.store.rollup.RollupBuilder;
import org.cloudmesh.ai.telemetry.store.rollup.RollupEntries;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.jspecify.annotations.Nullable;

/** Records in memory as a tree of blocks of random sizes, some of which have a roll-up by series, by group, or none. */
final class RolledUpRecords implements Storage, Segment, SeriesCatalog {

    private static final String CARRIED = "trace";

    private final List<TelemetryRecord> records;

    private final Random random;

    private final List<TestSeries> series = new ArrayList<>();

    private final Map<List<?>, TestSeries> known = new LinkedHashMap<>();

    private final List<String> metrics = new ArrayList<>();

    private final List<Node> roots;

    RolledUpRecords(List<TelemetryRecord> records, Random random) {
        this.records = records;
        this.random = random;
        records.forEach(this::testSeriesOf);
        this.roots = cut(0, records.size(), 3);
    }

    private List<Node> cut(int from, int to, int level) {
        List<Node> nodes = new ArrayList<>();
        for (int at = from; at < to; ) {
            int size = Math.min(to - at, 1 + this.random.nextInt(1 << 2 * level));
            List<Node> children = level == 0 ? List.of() : cut(at, at + size, level - 1);
            nodes.add(new Node(at, at + size, children, Block.Detail.values()[this.random.nextInt(3)]));
            at += size;
        }
        return nodes;
    }

    private TestSeries testSeriesOf(TelemetryRecord record) {
        List<String> names = new ArrayList<>(record.metrics().keySet());
        Map<String, String> fixed = new LinkedHashMap<>(record.attributes());
        boolean carries = fixed.remove(CARRIED) != null;
        List<?> group = key(record.origin().command(), record.origin().run(), record.status(), record.event());
        return this.known.computeIfAbsent(key(group, names, fixed, carries), (key) -> {
            int id = this.series.size() + 1;
            int first = this.series.stream()
                    .filter((other) -> other.groupKey.equals(group))
                    .mapToInt(TestSeries::group)
                    .findFirst()
                    .orElse(id);
            names.stream().filter((name) -> !this.metrics.contains(name)).forEach(this.metrics::add);
            TestSeries series = new TestSeries(
                    id,
                    first,
                    group,
                    record.origin().command(),
                    record.origin().run(),
                    record.status().value(),
                    record.event(),
                    names,
                    fixed,
                    carries);
            this.series.add(series);
            return series;
        });
    }

    private static List<@Nullable Object> key(@Nullable Object... parts) {
        List<@Nullable Object> key = new ArrayList<>();
        for (Object part : parts) {
            key.add(part);
        }
        return key;
    }

    @Override
    public Snapshot snapshot(long from, long to, Deadline deadline) {
        return () -> List.of(this);
    }

    @Override
    public SeriesCatalog catalog() {
        return this;
    }

    @Override
    public List<? extends Block> blocks() {
        return this.roots;
    }

    @Override
    public void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor) {
        for (Block block : blocks) {
            for (TelemetryRecord record : recordsOf(block)) {
                if (!visitor.test(new MemoryRecordView(record))) {
                    return;
                }
            }
        }
    }

    List<TelemetryRecord> records() {
        return this.records;
    }

    /** Returns the id of a record's series. */
    int seriesOf(TelemetryRecord record) {
        return testSeriesOf(record).id;
    }

    /** Returns the records of a block. */
    List<TelemetryRecord> recordsOf(Block block) {
        Node node = (Node) block;
        return this.records.subList(node.from, node.to);
    }

    @Override
    public void forEach(Consumer<? super Series> visitor) {
        this.series.forEach(visitor);
    }

    @Override
    public Series series(int id) {
        return this.series.get(id - 1);
    }

    @Override
    public int metric(String name) {
        return this.metrics.indexOf(name) + 1;
    }

    @Override
    public String metric(int id) {
        return this.metrics.get(id - 1);
    }

    private final class Node implements Block {

        private final int from;

        private final int to;

        private final List<Node> children;

        private final Detail detail;

        Node(int from, int to, List<Node> children, Detail detail) {
            this.from = from;
            this.to = to;
            this.children = children;
            this.detail = detail;
        }

        @Override
        public long first() {
            return recordsOf(this).stream()
                    .mapToLong(TelemetryRecord::timestampMicros)
                    .min()
                    .orElseThrow();
        }

        @Override
        public long last() {
            return recordsOf(this).stream()
                    .mapToLong(TelemetryRecord::timestampMicros)
                    .max()
                    .orElseThrow();
        }

        @Override
        public Detail detail() {
            return this.detail;
        }

        @Override
        public List<? extends Block> children() {
            return this.children;
        }

        @Override
        public @Nullable Rollup rollup() {
            return this.detail == Detail.NONE ? null : new Encoded(encode(), this);
        }

        private Map<Integer, byte[]> encode() {
            RollupBuilder builder = new RollupBuilder();
            // Half of them are put together from those of their parts, as stores do.
            if (!this.children.isEmpty() && this.to % 2 == 0 && allAsFineAs(this.detail)) {
                for (Node child : this.children) {
                    child.encode()
                            .forEach((metric, bytes) -> builder.merge(
                                    metric,
                                    new RollupEntries(bytes, 0, bytes.length, child.first(), 0),
                                    (series) -> this.detail == Detail.SERIES
                                            ? series
                                            : RolledUpRecords.this
                                                    .series(series)
                                                    .group()));
                }
                return builder.encode(first());
            }
            for (TelemetryRecord record : recordsOf(this)) {
                TestSeries series = testSeriesOf(record);
                int[] ids = series.metrics.stream()
                        .mapToInt(RolledUpRecords.this::metric)
                        .toArray();
                long at = record.timestampMicros();
                RollupBuilder.Totals totals =
                        builder.totals(series.id, this.detail == Detail.SERIES ? series.id : series.group, ids);
                totals.record(at);
                for (int i = 0; i < ids.length; i++) {
                    totals.value(i, record.metrics().get(series.metrics.get(i)), at);
                }
            }
            return builder.encode(first());
        }

        private boolean allAsFineAs(Detail detail) {
            return this.children.stream().allMatch((child) -> child.detail.compareTo(detail) >= 0);
        }
    }

    private record Encoded(Map<Integer, byte[]> metrics, Node node) implements Rollup {

        @Override
        public RollupEntries counts() {
            return values(COUNTS);
        }

        @Override
        public RollupEntries values(int metric) {
            byte[] bytes = this.metrics.get(metric);
            return bytes == null
                    ? RollupEntries.none()
                    : new RollupEntries(bytes, 0, bytes.length, this.node.first(), 0);
        }

        @Override
        public void forEachMetric(MetricVisitor visitor) {
            this.metrics.keySet().stream()
                    .filter((metric) -> metric != COUNTS)
                    .forEach((metric) -> visitor.visit(metric, values(metric)));
        }
    }

    private record TestSeries(
            int id,
            int group,
            List<?> groupKey,
            String command,
            @Nullable String run,
            String status,
            @Nullable String event,
            List<String> metrics,
            Map<String, String> attributes,
            boolean carries)
            implements Series {

        @Override
        public boolean has(NamePattern metric) {
            return this.metrics.stream().anyMatch(metric::matches);
        }

        @Override
        public List<String> carried() {
            return this.carries ? List.of(CARRIED) : List.of();
        }

        @Override
        public boolean fixes(String attribute) {
            return !this.carries || !attribute.equals(CARRIED);
        }

        @Override
        public @Nullable String attribute(String key) {
            return this.attributes.get(key);
        }
    }
}
