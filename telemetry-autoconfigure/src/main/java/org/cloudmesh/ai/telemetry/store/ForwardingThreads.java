package org.cloudmesh.ai.telemetry.store;

/**
 * Threads that bring records to remote stores. A thread belongs to the group of the one that starts it, so those of
 * clients that are made there are among them too: Kafka's, an HTTP client's, those of a pool that opens with the first
 * batch. What is emitted or logged on them is caused by forwarding and must not cause more of it.
 */
public final class ForwardingThreads {

    // Never destroyed: a group without threads goes on.
    private static final ThreadGroup GROUP = new ThreadGroup("telemetry-forward");

    private ForwardingThreads() {}

    /** Returns a daemon thread that was not started. */
    public static Thread create(Runnable work, String name) {
        Thread thread = new Thread(GROUP, work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Returns whether the caller runs on one of them. */
    public static boolean isCurrent() {
        return Thread.currentThread().getThreadGroup() == GROUP;
    }
}
