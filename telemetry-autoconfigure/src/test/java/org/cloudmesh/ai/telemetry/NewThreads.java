package org.cloudmesh.ai.telemetry;

import java.util.List;
import java.util.Set;

/**
 * Threads that began after this was made. Application contexts that Spring's test framework keeps for later tests of
 * the same JVM have threads of the same names.
 */
public final class NewThreads {

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    /** Returns the names of those that run now and whose name begins so. */
    public List<String> named(String beginning) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter((thread) -> !this.before.contains(thread))
                .map(Thread::getName)
                .filter((name) -> name.startsWith(beginning))
                .toList();
    }
}
