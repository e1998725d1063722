package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * The few questions that a readable store answers; {@link TelemetryReader} makes all others out of them. Those with a
 * default are answered out of records shown one by one unless the store knows better. Thread-safe, also while records
 * are written. Each call sees one state of the store. All methods throw a {@link QueryException} when the deadline
 * passes or the store cannot be read.
 */
public interface RecordSource {

    /** Counts records by command, run, status and event. No two groups agree in all four. */
    List<RecordGroup> groups(RecordFilter filter, Deadline deadline);

    /** Summarises each metric that the records have, by name; the filter's metric narrows to records, not to names. */
    Map<String, Distribution> metrics(RecordFilter filter, Deadline deadline);

    /** Returns the names of the metrics that the records have; the filter's metric narrows to records, not to names. */
    default Set<String> metricNames(RecordFilter filter, Deadline deadline) {
        return metrics(filter, deadline).keySet();
    }

    /**
     * Summarises one metric of the records, by group.
     *
     * @param metric the name
     * @param filter which records
     * @param by what groups are made by; null gives one group with the key {@code ""}
     * @param deadline how long it may take
     * @return distributions by key; records without the dimension are under the key {@code null}. Empty when nothing
     *     matches
     */
    Map<@Nullable String, Distribution> metric(
            String metric, RecordFilter filter, @Nullable Dimension by, Deadline deadline);

    /**
     * Summarises one metric of the records over time.
     *
     * @param metric the name
     * @param filter which records; its range is not looked at
     * @param edges microseconds since 1970, rising: bucket i begins at {@code edges[i]} and ends before {@code edges[i
     *     + 1]}
     * @param deadline how long it may take
     * @return one distribution for each bucket, empty ones included
     */
    List<Distribution> series(String metric, RecordFilter filter, long[] edges, Deadline deadline);

    /**
     * Summarises one metric of the records over time, by group.
     *
     * @param metric the name
     * @param filter which records; its range is not looked at
     * @param by what groups are made by
     * @param keys of the groups that are told apart, the others are summed up; null when all are told apart
     * @param edges microseconds since 1970, rising: bucket i begins at {@code edges[i]} and ends before {@code edges[i
     *     + 1]}
     * @param deadline how long it may take
     */
    default GroupedSeries series(
            String metric,
            RecordFilter filter,
            Dimension by,
            @Nullable Set<@Nullable String> keys,
            long[] edges,
            Deadline deadline) {
        return new ScannedAnswers(this, deadline).series(metric, filter, by, keys, edges);
    }

    /**
     * Summarises one metric of the records over another metric of the same records.
     *
     * @param metric the name
     * @param axis name of the other one; records without it are left out
     * @param filter which records
     * @param by what groups are made by; null when all are summed up, as others
     * @param keys of the groups that are told apart; the others are summed up
     * @param edges values of the axis, rising: bucket i begins at {@code edges[i]} and ends before {@code edges[i + 1]}
     * @param deadline how long it may take
     */
    default GroupedSeries curve(
            String metric,
            String axis,
            RecordFilter filter,
            @Nullable Dimension by,
            Set<@Nullable String> keys,
            double[] edges,
            Deadline deadline) {
        return new ScannedAnswers(this, deadline).curve(metric, axis, filter, by, keys, edges);
    }

    /**
     * Returns whether the records that have one value of an attribute are found without a look at most of the others,
     * however many values it has.
     *
     * @throws QueryException when the deadline passes or the store cannot be read
     */
    default boolean findsAttributes(Deadline deadline) {
        return false;
    }

    /**
     * Returns whether there are more records than that.
     *
     * @param filter which records
     * @param count with which number they are compared
     * @param deadline how long it may take
     */
    default boolean hasMoreThan(long count, RecordFilter filter, Deadline deadline) {
        return groups(filter, deadline).stream().mapToLong(RecordGroup::count).sum() > count;
    }

    /**
     * Returns the records in which a metric is largest, in the order of {@link LargestFirst}.
     *
     * @param metric the name
     * @param filter which records
     * @param limit how many at most
     * @param deadline how long it may take
     */
    default List<TelemetryRecord> largest(String metric, RecordFilter filter, int limit, Deadline deadline) {
        return new ScannedAnswers(this, deadline).largest(metric, filter, limit);
    }

    /**
     * Counts records by attribute and its values. Values of an attribute that has many may be left out when there are
     * more than {@value AttributeCount#MOST_SCANNED} records and it is not named.
     *
     * @param filter which records
     * @param name of the only attribute of interest; null for all
     * @param deadline how long it may take
     */
    default Map<String, AttributeCount> attributes(RecordFilter filter, @Nullable String name, Deadline deadline) {
        return new ScannedAnswers(this, deadline).attributes(filter, name);
    }

    /** Returns how many lines of the store's files are no record; 0 where there are no lines. */
    default long unreadable(Deadline deadline) {
        return 0;
    }

    /** Returns whether any record, of whatever time, has the metric. */
    boolean knows(String metric, Deadline deadline);

    /**
     * Returns a page of records, ordered by time and id, the last first.
     *
     * @param filter which records
     * @param after {@link RecordPage#next()} of the page before; null for the first
     * @param limit how many at most
     * @param deadline how long it may take
     */
    RecordPage page(RecordFilter filter, @Nullable String after, int limit, Deadline deadline);

    /**
     * Returns the latest record of each value of an attribute, ordered by time and id, the last first.
     *
     * @param attribute its key; records without it are left out
     * @param filter which records
     * @param after {@link RecordPage#next()} of the page before; null for the first
     * @param limit how many at most
     * @param deadline how long it may take
     */
    default RecordPage latestOfEach(
            String attribute, RecordFilter filter, @Nullable String after, int limit, Deadline deadline) {
        return new ScannedAnswers(this, deadline).latestOfEach(attribute, filter, after, limit);
    }

    /**
     * Shows records one by one, the oldest first, in constant memory.
     *
     * @param filter which records
     * @param visitor returns whether it wants another
     * @param deadline how long it may take
     */
    void forEach(RecordFilter filter, Predicate<TelemetryRecord> visitor, Deadline deadline);

    /** Returns what settles who does something once; of a store that nobody shares, everybody does. */
    default Claims claims() {
        return Claims.ALONE;
    }

    /** Returns the machines of a fleet, the last heard of first; null from a store that only knows one. */
    default @Nullable List<FleetNode> nodes(Deadline deadline) {
        return null;
    }

    /**
     * Returns the machine's readings over a range, the oldest first: those that the chosen records carry, and those
     * that were kept between records ({@link TelemetryStore#writeReadings}), where there are such.
     *
     * @param filter whose range, run and command are looked at
     * @param limit how many at most; they are thinned out evenly
     * @param deadline how long it may take
     */
    List<SystemReading> readings(RecordFilter filter, int limit, Deadline deadline);
}
