package org.cloudmesh.ai.telemetry.pipeline;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of all records that were handed in, as one store has it: {@code accepted = written + sum(dropped) +
 * queued}, exactly and at any moment.
 *
 * @param backend name of the store
 * @param path its file, if there is one
 * @param bytes size of its files
 * @param answers whether it is the one that answers queries
 * @param accepted records handed in, invalid ones too
 * @param written records that the store keeps
 * @param dropped records lost, by reason
 * @param normalised records that were mended, by reason; they are in {@code written} too
 * @param queued records on their way
 * @param degraded what is wrong; null when nothing is
 * @param forward how far a remote store is behind the local file; null for other stores
 */
public record StoreStatus(
        String backend,
        @Nullable Path path,
        long bytes,
        boolean answers,
        long accepted,
        long written,
        Map<String, Long> dropped,
        Map<String, Long> normalised,
        long queued,
        @Nullable Degraded degraded,
        @Nullable Forward forward) {

    public StoreStatus {
        dropped = Map.copyOf(dropped);
        normalised = Map.copyOf(normalised);
    }

    /**
     * Why records do not reach the store as they should.
     *
     * @param reason for people
     * @param since when it began
     */
    public record Degraded(String reason, Instant since) {}

    /**
     * How far a remote store is behind the local file. Records of earlier starts and of other programs count here too.
     *
     * @param behind records that it does not have yet
     * @param sent records that it acknowledged since the start
     * @param failed attempts that failed since the start
     * @param lag age of the oldest record that it does not have, in seconds; 0 when it has all
     */
    public record Forward(long behind, long sent, long failed, double lag) {}
}
