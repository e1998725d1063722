package org.cloudmesh.ai.telemetry.ai;

import java.util.concurrent.ThreadLocalRandom;

/** Identities for calls that no tracer gives one. */
final class RandomIds {

    private RandomIds() {}

    /** Returns 32 hexadecimal digits. */
    static String trace() {
        return span() + span();
    }

    /** Returns 16 hexadecimal digits. */
    static String span() {
        return "%016x".formatted(ThreadLocalRandom.current().nextLong());
    }
}
