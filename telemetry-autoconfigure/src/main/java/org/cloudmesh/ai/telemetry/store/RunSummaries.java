package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts of programs.
 *
 * @param runs the one that began last comes first
 * @param truncated whether there are more than {@value TelemetryReader#MAX_NAMES}
 */
public record RunSummaries(List<Run> runs, boolean truncated) {

    public RunSummaries {
        runs = List.copyOf(runs);
    }

    static RunSummaries of(List<RecordGroup> groups) {
        record Key(@Nullable String run, String command) {}
        Map<Key, GroupTotals> totals = new LinkedHashMap<>();
        for (RecordGroup group : groups) {
            totals.computeIfAbsent(new Key(group.run(), group.command()), (key) -> new GroupTotals())
                    .add(group);
        }
        List<Run> runs = totals.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Key, GroupTotals> entry) ->
                                -entry.getValue().first())
                        .thenComparing((entry) -> entry.getKey().run(), Comparator.nullsLast(Comparator.reverseOrder()))
                        .thenComparing((entry) -> entry.getKey().command()))
                .limit(TelemetryReader.MAX_NAMES)
                .map((entry) -> new Run(
                        entry.getKey().run(),
                        entry.getKey().command(),
                        EpochMicros.instant(entry.getValue().first()),
                        EpochMicros.instant(entry.getValue().last()),
                        entry.getValue().records(),
                        entry.getValue().successRate()))
                .toList();
        return new RunSummaries(runs, totals.size() > runs.size());
    }

    /**
     * One start of a program.
     *
     * @param run its name; null where the writer of the records did not say
     * @param command which program
     * @param started time of its first record
     * @param ended time of its last record so far
     * @param records how many
     * @param successRate completed / (completed + failed), 0 to 1; null when nothing ended
     */
    public record Run(
            @Nullable String run,
            String command,
            Instant started,
            Instant ended,
            long records,
            @Nullable Double successRate) {}
}
