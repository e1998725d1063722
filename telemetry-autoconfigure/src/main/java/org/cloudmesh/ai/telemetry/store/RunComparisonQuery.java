package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/** Compares two sets of records metric by metric; {@link RunComparison} names the test of significance. */
final class RunComparisonQuery {

    private final RecordSource source;

    private final Deadline deadline;

    RunComparisonQuery(RecordSource source, Deadline deadline) {
        this.source = source;
        this.deadline = deadline;
    }

    RunComparison compare(RunComparison.Choice base, RunComparison.Choice candidate) {
        Map<String, Distribution> left = this.source.metrics(base.filter(), this.deadline);
        Map<String, Distribution> right = this.source.metrics(candidate.filter(), this.deadline);
        SuccessRates leftRates = SuccessRates.of(this.source, base.filter(), this.deadline);
        SuccessRates rightRates = SuccessRates.of(this.source, candidate.filter(), this.deadline);
        TreeSet<String> names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        List<String> shown = names.stream().limit(TelemetryReader.MAX_NAMES).toList();
        Collection<String> significant = significant(shown, left, right);
        List<RunComparison.Metric> metrics = shown.stream()
                .map((name) -> metric(
                        name,
                        side(left.get(name), leftRates.of(name)),
                        side(right.get(name), rightRates.of(name)),
                        significant.contains(name)))
                .toList();
        return new RunComparison(base.name(), candidate.name(), metrics, names.size() > shown.size());
    }

    private Collection<String> significant(
            List<String> shown, Map<String, Distribution> left, Map<String, Distribution> right) {
        Map<String, Double> pValues = new LinkedHashMap<>();
        for (String name : shown) {
            Distribution before = left.get(name);
            Distribution after = right.get(name);
            if (before != null
                    && after != null
                    && Math.min(before.count(), after.count()) >= RunComparison.FEWEST_VALUES) {
                pValues.put(name, MannWhitneyTest.pValue(before, after));
                this.deadline.check();
            }
        }
        boolean[] significant = MannWhitneyTest.significant(
                pValues.values().stream().mapToDouble(Double::doubleValue).toArray(), RunComparison.LEVEL);
        List<String> names = new ArrayList<>(pValues.keySet());
        Collection<String> found = new TreeSet<>();
        for (int i = 0; i < significant.length; i++) {
            if (significant[i]) {
                found.add(names.get(i));
            }
        }
        return found;
    }

    private static RunComparison.Side side(@Nullable Distribution values, @Nullable Double successRate) {
        return values == null
                ? new RunComparison.Side(ValueSummary.EMPTY, null, null)
                : new RunComparison.Side(ValueSummary.of(values), values.last(), successRate);
    }

    private static RunComparison.Metric metric(
            String name, RunComparison.Side base, RunComparison.Side candidate, boolean significant) {
        Double before = base.values().p50();
        Double after = candidate.values().p50();
        Double ratio = before == null || after == null ? null : after / before;
        return new RunComparison.Metric(
                name, base, candidate, ratio == null || !Double.isFinite(ratio) ? null : ratio, significant);
    }

    /** How many of the records of each metric completed, and how many failed. */
    private record SuccessRates(Map<String, Distribution> completed, Map<String, Distribution> failed) {

        static SuccessRates of(RecordSource source, RecordFilter filter, Deadline deadline) {
            return new SuccessRates(
                    source.metrics(filter.ended(Status.COMPLETED), deadline),
                    source.metrics(filter.ended(Status.FAILED), deadline));
        }

        @Nullable
        Double of(String metric) {
            Distribution good = this.completed.get(metric);
            Distribution bad = this.failed.get(metric);
            long succeeded = good == null ? 0 : good.count();
            long ended = succeeded + (bad == null ? 0 : bad.count());
            return ended == 0 ? null : (double) succeeded / ended;
        }
    }
}
