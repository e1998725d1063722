package org.cloudmesh.ai.telemetry.store;

import java.time.Instant;
import java.util.List;
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
