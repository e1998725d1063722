package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.memory.MemoryStoreFactory;
import org.junit.jupiter.api.Test;

class TelemetryReaderTests {

    private static final Instant START = EpochMicros.instant(Records.START);

    private final TelemetryStore store = new MemoryStoreFactory()
            .create(new StoreSettings(null, TelemetrySettings.Retention.defaults(), Clock.systemUTC()));

    private final TelemetryReader reader = new TelemetryReader(this.store.source());

    private final List<TelemetryRecord> batch = new ArrayList<>();

    @Test
    void listsOfNamesAreCutAtAThousand() throws StoreException {
        for (int i = 0; i < 1001; i++) {
            TelemetryRecord.Builder record =
                    TelemetryRecord.builder(Records.origin("t" + i, "command" + i, "run" + i), 1, Records.START + i);
            this.batch.add(record.event("event" + i)
                    .metrics(new String[] {"metric" + i, "all"}, new double[] {i, i})
                    .build());
        }
        this.store.write(this.batch, false);
        TelemetryOverview overview = this.reader.overview(RecordFilter.ALL);
        assertThat(overview.truncated()).isTrue();
        assertThat(overview.commands()).hasSize(1000);
        assertThat(overview.metrics()).hasSize(1000);
        MetricSummaries metrics = this.reader.metrics(RecordFilter.ALL);
        assertThat(metrics.truncated()).isTrue();
        // Those with the most values are shown.
        assertThat(metrics.metrics())
                .hasSize(1000)
                .extracting(MetricSummaries.Metric::name)
                .contains("all");
        RunSummaries runs = this.reader.runs(RecordFilter.ALL);
        assertThat(runs.truncated()).isTrue();
        assertThat(runs.runs())
                .hasSize(1000)
                .first()
                .extracting(RunSummaries.Run::run)
                .isEqualTo("run1000");
        MetricReport report = this.reader.metric("all", RecordFilter.ALL, Dimension.of(Dimension.Kind.EVENT));
        assertThat(report.truncated()).isTrue();
        assertThat(report.groups()).hasSize(1000);
        assertThat(report.values().count()).isEqualTo(1001);
    }

    @Test
    void aSeriesOverAFewMicrosecondsStillHasAllItsBuckets() throws StoreException {
        values(0, 1, 2, 3, 4, 5, 6);
        MetricSeries series = this.reader.series("m", RecordFilter.ALL, 4);
        assertThat(series.from()).isEqualTo(START);
        assertThat(series.bucket()).isEqualTo(Duration.ofNanos(2000));
        assertThat(series.points())
                .extracting((point) -> point.values().count())
                .containsExactly(2L, 2L, 2L, 1L);
        assertThat(this.reader.series("m", RecordFilter.ALL, 60).points())
                .hasSize(60)
                .extracting((point) -> point.values().count())
                .startsWith(1L, 1L)
                .endsWith(0L);
    }

    @Test
    void daysAreThoseOfTheCalendar() throws StoreException {
        // In New York, November 1 has 25 hours.
        List<String> times = List.of(
                "2026-11-01T03:59:59.999999Z",
                "2026-11-01T04:00:00Z",
                "2026-11-02T04:59:59.999999Z",
                "2026-11-02T05:00:00Z",
                "2026-11-03T08:00:00Z");
        for (String time : times) {
            this.batch.add(TelemetryRecord.builder(
                            Records.origin("a", "b", "c"),
                            this.batch.size() + 1,
                            EpochMicros.micros(Instant.parse(time)))
                    .metrics(new String[] {"m"}, new double[] {this.batch.size()})
                    .attributes(Map.of("user", "user-" + this.batch.size() % 2))
                    .build());
        }
        this.store.write(this.batch, false);
        RecordFilter filter =
                RecordFilter.ALL.between(Instant.parse("2026-10-31T12:00:00Z"), Instant.parse("2026-11-03T08:00:00Z"));

        MetricCurves curves = this.reader.curves(
                "m",
                filter,
                SeriesAxis.days(ZoneId.of("America/New_York")),
                Dimension.attribute("user"),
                GroupOrder.SUM,
                1,
                10,
                60,
                Deadline.none());

        assertThat(curves.points())
                .extracting((point) -> EpochMicros.instant((long) point.at()))
                .containsExactly(
                        Instant.parse("2026-10-31T04:00:00Z"),
                        Instant.parse("2026-11-01T04:00:00Z"),
                        Instant.parse("2026-11-02T05:00:00Z"),
                        Instant.parse("2026-11-03T05:00:00Z"));
        assertThat(curves.points())
                .extracting((point) -> point.values().count())
                .containsExactly(1L, 2L, 1L, 0L);
        assertThat(curves.groups()).extracting(MetricCurves.Group::key).containsExactly("user-1");
        assertThat(curves.totals())
                .extracting((group) -> group.key() + " " + group.values().sum())
                .containsExactly("user-1 4.0", "user-0 2.0");
    }

    @Test
    void aSeriesOfTooManyGroupsForOneLookIsTheSame() throws StoreException {
        for (int i = 0; i < 200; i++) {
            this.batch.add(TelemetryRecord.builder(Records.origin("a", "b", "c"), i + 1, Records.START + i)
                    .metrics(new String[] {"m"}, new double[] {i})
                    .attributes(Map.of("user", "user-" + i % 17))
                    .build());
        }
        this.store.write(this.batch, false);
        RecordSource source = this.store.source();
        RecordSource small = (RecordSource) Proxy.newProxyInstance(
                RecordSource.class.getClassLoader(),
                new Class<?>[] {RecordSource.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("series")
                            && Arrays.asList(arguments).contains(null)) {
                        throw new QueryException(QueryException.Reason.TOO_LARGE, "There is no room", null);
                    }
                    return method.invoke(source, arguments);
                });

        assertThat(byUser(new TelemetryReader(small))).isEqualTo(byUser(this.reader));
    }

    private static MetricCurves byUser(TelemetryReader reader) {
        return reader.curves(
                "m",
                RecordFilter.ALL,
                SeriesAxis.TIME,
                Dimension.attribute("user"),
                GroupOrder.SUM,
                3,
                5,
                4,
                Deadline.none());
    }

    @Test
    void aSeriesNeverReachesBeyondItsRange() throws StoreException {
        values(0, 1, 2, 3, 4, 5, 6);
        RecordFilter range = RecordFilter.ALL.between(START, START.plusNanos(3000));
        assertThat(this.reader.series("m", range, 2).points())
                .extracting((point) -> point.values().count())
                .containsExactly(2L, 1L);
        RecordFilter empty = RecordFilter.ALL.between(START, START);
        assertThat(this.reader.series("m", empty, 2).points())
                .extracting((point) -> point.values().count())
                .containsExactly(0L, 0L);
    }

    @Test
    void aSeriesOfNothingHasNoPoints() {
        assertThat(this.reader.series("m", RecordFilter.ALL, 60).points()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> this.reader.series("m", RecordFilter.ALL, 1001));
    }

    @Test
    void tooFewValuesAreNeverSignificant() throws StoreException {
        compareRuns(7);
        assertThat(this.reader.compare("a", "b", RecordFilter.ALL).metrics())
                .singleElement()
                .matches((metric) -> !metric.significant());
    }

    @Test
    void clearlyDifferentValuesAreSignificant() throws StoreException {
        compareRuns(8);
        assertThat(this.reader.compare("a", "b", RecordFilter.ALL).metrics())
                .singleElement()
                .matches(RunComparison.Metric::significant)
                .extracting(RunComparison.Metric::ratio)
                .isEqualTo(103.0 / 3.0);
    }

    @Test
    void withoutAStoreThereIsNoAnswer() {
        Supplier<RecordSource> none = () -> null;
        assertThatThrownBy(() -> new TelemetryReader(none).overview(RecordFilter.ALL))
                .isInstanceOfSatisfying(
                        QueryException.class,
                        (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.UNAVAILABLE));
    }

    private void compareRuns(int count) throws StoreException {
        for (int i = 0; i < count; i++) {
            this.batch.add(TelemetryRecord.builder(Records.origin("a", "c", "a"), i + 1, Records.START + i)
                    .metrics(new String[] {"m"}, new double[] {i})
                    .build());
            this.batch.add(TelemetryRecord.builder(Records.origin("b", "c", "b"), i + 1, Records.START + i)
                    .metrics(new String[] {"m"}, new double[] {100 + i})
                    .build());
        }
        this.store.write(this.batch, false);
    }

    private void values(int... offsets) throws StoreException {
        for (int offset : offsets) {
            this.batch.add(TelemetryRecord.builder(
                            Records.origin("a", "c", "r"), this.batch.size() + 1, Records.START + offset)
                    .metrics(new String[] {"m"}, new double[] {offset})
                    .build());
        }
        this.store.write(this.batch, false);
    }
}
