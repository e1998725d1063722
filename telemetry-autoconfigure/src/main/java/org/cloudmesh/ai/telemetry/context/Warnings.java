package org.cloudmesh.ai.telemetry.context;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each kind of failure as a warning once, and later ones of that kind for debugging only. Thread-safe. */
final class Warnings {

    private static final Logger logger = LoggerFactory.getLogger("org.cloudmesh.ai.telemetry.context");

    private static final int MAX_KINDS = 100;

    private final Set<String> seen = new HashSet<>();

    void failed(String probe, Throwable failure) {
        warn(
                probe + '/' + failure.getClass().getName(),
                "Could not read the " + probe + " of this machine; the fields are unknown until it works again: "
                        + failure);
        logger.debug("Could not read the {}", probe, failure);
    }

    void warn(String kind, String message) {
        boolean first;
        synchronized (this.seen) {
            first = this.seen.size() < MAX_KINDS && this.seen.add(kind);
        }
        if (first) {
            logger.warn("{}", message);
        } else {
            logger.debug("{}", message);
        }
    }
}
