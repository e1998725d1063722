package org.cloudmesh.ai.telemetry.store.query;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.cloudmesh.ai.telemetry.store.QueryException;

/**
 * The memory that answers may take while they are made. All queries of the JVM share a quarter of its heap: one that
 * would need more ends before it takes it, so that a question about very many groups cannot harm the application. What
 * is counted are groups and their values, by what their arrays and objects take at the least. Used by one thread.
 */
final class QueryMemory implements LongConsumer, AutoCloseable {

    private static final long LIMIT = Math.max(8 << 20, Runtime.getRuntime().maxMemory() / 4);

    // The shared counter is touched once for so many bytes.
    private static final long STEP = 64 << 10;

    private static final AtomicLong used = new AtomicLong();

    private final AtomicLong shared;

    private final long limit;

    private long reserved;

    private long left;

    QueryMemory() {
        this(used, LIMIT);
    }

    QueryMemory(AtomicLong shared, long limit) {
        this.shared = shared;
        this.limit = limit;
    }

    /**
     * Counts bytes that are about to be taken.
     *
     * @throws QueryException when there is no room for them
     */
    @Override
    public void accept(long bytes) {
        this.left -= bytes;
        if (this.left < 0) {
            reserve(Math.max(STEP, -this.left));
        }
    }

    private void reserve(long bytes) {
        if (this.shared.addAndGet(bytes) > this.limit) {
            this.shared.addAndGet(-bytes);
            throw new QueryException(
                    QueryException.Reason.TOO_LARGE,
                    "The answer would take too much memory; narrow the range or the filters",
                    null);
        }
        this.reserved += bytes;
        this.left += bytes;
    }

    @Override
    public void close() {
        this.shared.addAndGet(-this.reserved);
        this.reserved = 0;
        this.left = 0;
    }
}
