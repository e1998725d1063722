package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How large the parts of a record may be. What is beyond is cut when it is handed in, so that it never waits in memory.
 */
final class Limits {

    /** Characters of a metric's name, an event, a status or an attribute's key. */
    static final int NAME = 256;

    /** Characters of an attribute's value. */
    static final int ATTRIBUTE = 8 * 1024;

    /** Metrics of a record. */
    static final int METRICS = 1024;

    /** Attributes of a record. */
    static final int ATTRIBUTES = 128;

    private Limits() {}

    /** Returns a time limit in nanoseconds: none below zero, and what a long cannot hold is as long as it can. */
    static long nanos(Duration limit) {
        if (limit.isNegative()) {
            return 0;
        }
        // A quarter of the range, so that sums with the present moment do not overflow: 73 years.
        return limit.getSeconds() >= Long.MAX_VALUE / 4 / 1_000_000_000 ? Long.MAX_VALUE / 4 : limit.toNanos();
    }

    static boolean exceeds(@Nullable String text, int limit) {
        return text != null && text.length() > limit;
    }

    static @Nullable String cut(@Nullable String text, int limit) {
        if (text == null || text.length() <= limit) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(limit - 2)) ? limit - 2 : limit - 1;
        return text.substring(0, end) + '\u2026';
    }
}
