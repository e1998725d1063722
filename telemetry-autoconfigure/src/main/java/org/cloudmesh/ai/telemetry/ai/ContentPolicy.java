package org.cloudmesh.ai.telemetry.ai;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How content reaches records. Thread-safe. */
public final class ContentPolicy {

    /** Keeps content as it is. */
    public static final TelemetryContentMasker UNMASKED = (attribute, content) -> content;

    private static final Logger logger = LoggerFactory.getLogger(ContentPolicy.class);

    private final TelemetryContentMasker masker;

    private final int maxLength;

    private final AtomicLong failures = new AtomicLong();

    /**
     * Creates a policy.
     *
     * @param masker sees content first
     * @param maxLength characters that are kept of each text
     */
    public ContentPolicy(TelemetryContentMasker masker, int maxLength) {
        this.masker = masker;
        this.maxLength = maxLength;
    }

    @Nullable
    String apply(String attribute, String content) {
        String masked;
        try {
            masked = this.masker.mask(attribute, content);
        } catch (RuntimeException ex) {
            failed(attribute, ex);
            return null;
        }
        // Shortened last: a cut could hide half of what the masker looks for.
        return masked == null || masked.length() <= this.maxLength ? masked : masked.substring(0, this.maxLength);
    }

    private void failed(String attribute, RuntimeException cause) {
        long count = this.failures.incrementAndGet();
        // One line for 1, 2, 4, 8, ... failures, and where it was thrown alone: its message may quote the content.
        if (Long.bitCount(count) == 1) {
            StackTraceElement[] stack = cause.getStackTrace();
            logger.warn(
                    "The content masker failed with {} at {}, so {} is left out; {} failures so far",
                    cause.getClass().getName(),
                    stack.length == 0 ? "an unknown place" : stack[0],
                    attribute,
                    count);
        }
    }
}
