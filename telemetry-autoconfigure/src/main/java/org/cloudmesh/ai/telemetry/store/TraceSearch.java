package org.cloudmesh.ai.telemetry.store;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds traces and puts their records together. Used by one thread.
 *
 * <p><b>Idea.</b> The id of a trace is in the records alone, in no summary. A source that finds attributes of many
 * values is asked for those records. With others, a trace's records are looked for one by one: where there are few
 * records of traces, all of them are looked at; where there are many, only those are looked at that were written within
 * {@link #REACH} of one that is known to be of the trace. Scores are told later, up to days; but they are few and have
 * an event of their own, by which summaries know where they are.
 */
final class TraceSearch {

    /** So many records of traces are all looked at. */
    static final long FEW = 100_000;

    /** How far from a known record of a trace its other records are looked for. */
    static final Duration REACH = Duration.ofHours(1);

    // Ids of responses that scores are looked for by, on one page.
    private static final int MOST_RESPONSES = 100_000;

    // So many values are looked up by one question.
    private static final int FOUND_AT_ONCE = 200;

    // With more responses, a look at all scores takes less time.
    private static final int MOST_FOUND = 400;

    private final RecordSource source;

    private final Deadline deadline;

    private final long few;

    private final Map<String, TraceBuilder> traces = new LinkedHashMap<>();

    private final Map<String, TraceBuilder> byResponse = new HashMap<>();

    TraceSearch(RecordSource source, long few, Deadline deadline) {
        this.source = source;
        this.few = few;
        this.deadline = deadline;
    }

    TracePage page(RecordFilter filter, @Nullable String after, int limit) {
        RecordPage latest = this.source.latestOfEach(TracedRecord.TRACE, filter, after, limit, this.deadline);
        for (TelemetryRecord record : latest.records()) {
            String trace = String.valueOf(record.attributes().get(TracedRecord.TRACE));
            this.traces.put(trace, new TraceBuilder(trace, 0));
        }
        if (!this.traces.isEmpty()) {
            collect(isFew() ? List.of(RecordFilter.ALL) : near(latest.records()));
        }
        return new TracePage(TraceBuilder.summaries(this.traces.values()), latest.next());
    }

    /**
     * Returns one trace; null when there is no record of it.
     *
     * @param from where to look; null for everywhere
     * @param to where to look; null for everywhere
     */
    @Nullable
    Trace find(String trace, @Nullable Instant from, @Nullable Instant to) {
        TraceBuilder builder = new TraceBuilder(trace, TelemetryReader.MAX_ITEMS);
        this.traces.put(trace, builder);
        if (from != null || to != null || isFew()) {
            collect(List.of(RecordFilter.ALL.between(from, to)));
            return builder.toTrace();
        }
        RecordFilter any = RecordFilter.builder().trace(trace).build();
        RecordPage known = this.source.page(any, null, 1, this.deadline);
        if (known.records().isEmpty()) {
            return null;
        }
        collect(near(known.records()));
        return builder.toTrace();
    }

    /** Returns whether all records of the traces can be looked for, whatever their time. */
    private boolean isFew() {
        if (this.source.findsAttributes(this.deadline)) {
            return true;
        }
        RecordFilter traced =
                RecordFilter.builder().attribute(TracedRecord.TRACE).build();
        return !this.source.hasMoreThan(this.few, traced, this.deadline);
    }

    /** Returns the times near records, the first first, none twice. */
    private static List<RecordFilter> near(Collection<TelemetryRecord> records) {
        long reach = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.EPOCH.plus(REACH));
        List<long[]> ranges = new ArrayList<>();
        records.stream().mapToLong(TelemetryRecord::timestampMicros).sorted().forEach((at) -> {
            long[] last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && at - reach <= last[1]) {
                last[1] = at + reach;
            } else {
                ranges.add(new long[] {at - reach, at + reach});
            }
        });
        return ranges.stream()
                .map((range) -> RecordFilter.ALL.between(EpochMicros.instant(range[0]), EpochMicros.instant(range[1])))
                .toList();
    }

    private void collect(List<RecordFilter> ranges) {
        boolean finds = this.source.findsAttributes(this.deadline);
        List<Set<String>> ids = some(this.traces.keySet(), finds ? FOUND_AT_ONCE : Integer.MAX_VALUE);
        for (RecordFilter range : ranges) {
            ids.forEach((some) -> collect(range, some));
        }
        RecordFilter scores = RecordFilter.builder().event(TraceBuilder.SCORE).build();
        if (!finds || this.byResponse.size() > MOST_FOUND) {
            this.source.forEach(scores.between(ranges.get(0).from(), null), this::addScore, this.deadline);
            return;
        }
        Set<TelemetryRecord> found = new TreeSet<>(
                Comparator.comparingLong(TelemetryRecord::timestampMicros).thenComparing(TelemetryRecord::id));
        ids.forEach((some) -> addTo(found, scores.havingAny(TracedRecord.TRACE, some)));
        some(this.byResponse.keySet(), FOUND_AT_ONCE)
                .forEach((some) -> addTo(found, scores.havingAny(TraceBuilder.RESPONSE, some)));
        found.forEach(this::addScore);
    }

    private void addTo(Set<TelemetryRecord> found, RecordFilter filter) {
        this.source.forEach(
                filter,
                (record) -> {
                    found.add(record);
                    return true;
                },
                this.deadline);
    }

    private boolean addScore(TelemetryRecord record) {
        TraceBuilder own = this.traces.get(String.valueOf(record.attributes().get(TracedRecord.TRACE)));
        TraceBuilder scored =
                this.byResponse.get(String.valueOf(record.attributes().get(TraceBuilder.RESPONSE)));
        if (own != null) {
            own.addScore(record);
        }
        // Who scores a response does so within a request that may have a trace of its own.
        if (scored != null && scored != own) {
            scored.addScore(record);
        }
        return true;
    }

    private static List<Set<String>> some(Set<String> all, int most) {
        List<Set<String>> some = new ArrayList<>();
        Set<String> last = new HashSet<>();
        for (String one : all) {
            if (last.isEmpty()) {
                some.add(last);
            }
            last.add(one);
            if (last.size() == most) {
                last = new HashSet<>();
            }
        }
        return some;
    }

    private void collect(RecordFilter range, Set<String> ids) {
        this.source.forEach(
                range.havingAny(TracedRecord.TRACE, ids),
                (record) -> {
                    TraceBuilder builder = this.traces.get(record.attributes().get(TracedRecord.TRACE));
                    if (builder != null && !TraceBuilder.SCORE.equals(record.event())) {
                        builder.add(record);
                        String response = record.attributes().get(TraceBuilder.RESPONSE);
                        if (response != null && this.byResponse.size() < MOST_RESPONSES) {
                            this.byResponse.put(response, builder);
                        }
                    }
                    return true;
                },
                this.deadline);
    }
}
