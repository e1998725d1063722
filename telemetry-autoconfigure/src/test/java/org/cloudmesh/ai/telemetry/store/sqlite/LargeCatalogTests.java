package org.cloudmesh.ai.telemetry.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.PlainScan;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that has more series than the reader holds answers as one that has few. */
class LargeCatalogTests {

    private static final RollupTreeSettings TREE = new RollupTreeSettings(8, 2, 4, 32, 3, 40, 10, 60, 0);

    @TempDir
    Path directory;

    @Test
    void answersAreTheSameHoweverFewSeriesAreHeld() throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        StoreSettings settings = new StoreSettings(path, Retention.defaults(), Clock.systemUTC());
        List<TelemetryRecord> records = records();
        try (SqliteStore store = new SqliteStore(settings, TREE)) {
            store.open();
            for (int i = 0; i < records.size(); i += 50) {
                store.write(records.subList(i, i + 50), false);
            }
            RecordSource expected = new PlainScan(records);
            DatabaseFile file = new DatabaseFile(path);
            file.create();
            file.lock();
            try (Connections connections = new Connections(file)) {
                for (int held : new int[] {1, 7, 100_000}) {
                    SqliteStorage storage = new SqliteStorage(held);
                    storage.attach(connections);
                    RecordSource actual = new QueryEngine(storage, 0);
                    for (RecordFilter filter : List.of(
                            RecordFilter.ALL,
                            RecordFilter.builder().status("status-3").build(),
                            RecordFilter.builder().metric("metric-4").build(),
                            RecordFilter.builder().attribute("model", "m1").build(),
                            RecordFilter.builder()
                                    .event("even")
                                    .status("status-4")
                                    .build())) {
                        compare(held + " " + filter, filter, actual, expected);
                    }
                }
            } finally {
                file.unlock();
            }
        }
    }

    private static void compare(String what, RecordFilter filter, RecordSource actual, RecordSource expected) {
        Deadline none = Deadline.none();
        assertThat(actual.groups(filter, none))
                .as(what)
                .containsExactlyInAnyOrderElementsOf(expected.groups(filter, none));
        assertThat(counts(actual.metrics(filter, none))).as(what).isEqualTo(counts(expected.metrics(filter, none)));
        assertThat(actual.metricNames(filter, none)).as(what).isEqualTo(expected.metricNames(filter, none));
        for (Dimension by : new Dimension[] {
            null, Dimension.of(Dimension.Kind.STATUS), Dimension.of(Dimension.Kind.EVENT), Dimension.attribute("model")
        }) {
            assertThat(counts(actual.metric("metric-4", filter, by, none)))
                    .as(what + by)
                    .isEqualTo(counts(expected.metric("metric-4", filter, by, none)));
        }
        assertThat(actual.page(filter, null, 30, none).records())
                .as(what)
                .extracting(TelemetryRecord::id)
                .isEqualTo(expected.page(filter, null, 30, none).records().stream()
                        .map(TelemetryRecord::id)
                        .toList());
        assertThat(actual.knows("metric-4", none)).isTrue();
        assertThat(actual.knows("nobody", none)).isFalse();
    }

    private static Map<String, Long> counts(Map<String, Distribution> values) {
        Map<String, Long> counts = new HashMap<>();
        values.forEach((key, distribution) -> counts.put(key, distribution.count()));
        return counts;
    }

    private static List<TelemetryRecord> records() {
        Origin origin = new Origin("aaa", "wide", "run", Map.of("name", "ada"));
        List<TelemetryRecord> records = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String[] names = {"metric-" + i % 5, "metric-" + (5 + i % 7)};
            TelemetryRecord.Builder record = TelemetryRecord.builder(origin, i + 1, 1_000_000L + i * 10)
                    .status(Status.of("status-" + i % 11))
                    .event(i % 2 == 0 ? "even" : null)
                    .metrics(names, new double[] {i, -i});
            if (i % 3 == 0) {
                record.attributes(Map.of("model", "m" + i % 4));
            }
            records.add(record.build());
        }
        return records;
    }
}
