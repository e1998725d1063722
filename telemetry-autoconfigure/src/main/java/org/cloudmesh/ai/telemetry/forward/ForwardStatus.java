package org.cloudmesh.ai.telemetry.forward;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a remote store is behind the local file.
 *
 * @param backend name of the remote store
 * @param behind records of the local file that it does not have yet
 * @param sent records that it acknowledged since the start
 * @param failed attempts that failed since the start
 * @param lag age of the oldest record that it does not have, in seconds; 0 when it has all
 * @param written records of this recorder that it acknowledged
 * @param dropped records of this recorder that it will never get, by reason
 * @param reason what is wrong; null when nothing is
 * @param since when that began; null when nothing is wrong
 */
public record ForwardStatus(
        String backend,
        long behind,
        long sent,
        long failed,
        double lag,
        long written,
        Map<String, Long> dropped,
        @Nullable String reason,
        @Nullable Instant since) {

    public ForwardStatus {
        dropped = Map.copyOf(dropped);
    }
}
