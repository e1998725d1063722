package org.cloudmesh.ai.telemetry.alert;

import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.MetricReport;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryOverview;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;

/** Computes the figures that a rule compares. The records of alerts themselves are not among those that it looks at. */
final class AlertEvaluation {

    /** The metrics that records of alerts have. */
    private static final Set<String> OF_ALERTS = Set.of(AlertMonitor.VALUE, AlertMonitor.THRESHOLD);

    private static final String COMPLETED = Status.COMPLETED.value();

    private static final String FAILED = Status.FAILED.value();

    private final TelemetryReader reader;

    private final ZoneId zone;

    AlertEvaluation(TelemetryReader reader, ZoneId zone) {
        this.reader = reader;
        this.zone = zone;
    }

    /**
     * Returns the figure by group, under the key null for a rule without groups. A figure that no record tells is null.
     *
     * @throws org.cloudmesh.ai.telemetry.store.QueryException when the store cannot answer
     */
    Map<@Nullable String, @Nullable Double> values(AlertRule rule, Instant now) {
        RecordFilter filter = rule.filter().between(rule.window().start(now, this.zone), now);
        String metric = rule.metric();
        if (metric == null) {
            return ofRecords(rule, filter.withoutEvent(AlertMonitor.EVENT));
        }
        if (OF_ALERTS.contains(metric)) {
            // Of these metrics alone: a condition on events costs where roll-ups add up the records of many.
            filter = filter.withoutEvent(AlertMonitor.EVENT);
        }
        if (!isKnown(metric)) {
            return rule.by() == null ? single(null) : new LinkedHashMap<>();
        }
        if (rule.aggregate() == AlertAggregate.SUCCESS_RATE) {
            return successRates(rule, metric, filter);
        }
        MetricReport report = this.reader.metric(metric, filter, rule.by());
        if (rule.by() == null) {
            return single(rule.aggregate().of(report.values()));
        }
        Map<@Nullable String, @Nullable Double> values = new LinkedHashMap<>();
        report.groups()
                .forEach((group) -> values.put(group.key(), rule.aggregate().of(group.values())));
        return values;
    }

    /** Returns whether any record, of whatever time, has the metric. */
    private boolean isKnown(String metric) {
        if (!OF_ALERTS.contains(metric)) {
            return this.reader.knows(metric);
        }
        RecordFilter others = RecordFilter.ALL.having(metric).withoutEvent(AlertMonitor.EVENT);
        return !this.reader.records(others, null, 1).records().isEmpty();
    }

    private Map<@Nullable String, @Nullable Double> ofRecords(AlertRule rule, RecordFilter filter) {
        TelemetryOverview overview = this.reader.overview(filter);
        if (rule.aggregate() == AlertAggregate.COUNT) {
            return single((double) overview.records());
        }
        return single(rate(
                overview.statuses().getOrDefault(COMPLETED, 0L),
                overview.statuses().getOrDefault(FAILED, 0L)));
    }

    private Map<@Nullable String, @Nullable Double> successRates(AlertRule rule, String metric, RecordFilter filter) {
        Map<@Nullable String, Long> completed = counts(rule, metric, filter, COMPLETED);
        Map<@Nullable String, Long> failed = counts(rule, metric, filter, FAILED);
        if (rule.by() == null) {
            return single(rate(completed.getOrDefault(null, 0L), failed.getOrDefault(null, 0L)));
        }
        Set<@Nullable String> keys = new HashSet<>(completed.keySet());
        keys.addAll(failed.keySet());
        Map<@Nullable String, @Nullable Double> rates = new LinkedHashMap<>();
        keys.forEach((key) -> rates.put(key, rate(completed.getOrDefault(key, 0L), failed.getOrDefault(key, 0L))));
        return rates;
    }

    private Map<@Nullable String, Long> counts(AlertRule rule, String metric, RecordFilter filter, String status) {
        MetricReport report =
                this.reader.metric(metric, filter.toBuilder().status(status).build(), rule.by());
        Map<@Nullable String, Long> counts = new LinkedHashMap<>();
        if (rule.by() == null) {
            counts.put(null, report.values().count());
        } else {
            report.groups()
                    .forEach((group) -> counts.put(group.key(), group.values().count()));
        }
        return counts;
    }

    private static @Nullable Double rate(long completed, long failed) {
        return completed + failed == 0 ? null : (Double) ((double) completed / (completed + failed));
    }

    private static Map<@Nullable String, @Nullable Double> single(@Nullable Double value) {
        Map<@Nullable String, @Nullable Double> values = new LinkedHashMap<>();
        values.put(null, value);
        return values;
    }
}
