package org.cloudmesh.ai.telemetry.forward;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.ForwardingThreads;
import org.cloudmesh.ai.telemetry.store.Outbox;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches from an outbox. Where there are more, the next is read while the one before is on its way: by a thread
 * that is there only while a backlog is sent. Used by one thread.
 */
final class BatchReader {

    private static final int BATCH = 8192;

    private static final long KEEP_ALIVE_SECONDS = 1;

    private final Outbox outbox;

    private final ThreadPoolExecutor ahead;

    private @Nullable Future<Outbox.Batch> next;

    BatchReader(Outbox outbox, String remote) {
        this.outbox = outbox;
        this.ahead = new ThreadPoolExecutor(
                1,
                1,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                (work) -> ForwardingThreads.create(work, "telemetry-read-" + remote));
        this.ahead.allowCoreThreadTimeOut(true);
    }

    /**
     * Returns the batch that comes next; an empty one when all were read.
     *
     * @throws StoreException when the local store cannot be read now
     */
    Outbox.Batch read() throws StoreException {
        Future<Outbox.Batch> next = this.next;
        Outbox.Batch batch = next == null ? this.outbox.read(BATCH) : await(next);
        if (next != null && batch.records().isEmpty()) {
            // Since then, some may have come.
            batch = this.outbox.read(BATCH);
        }
        this.next = batch.hasNext() ? this.ahead.submit(() -> this.outbox.read(BATCH)) : null;
        return batch;
    }

    private Outbox.Batch await(Future<Outbox.Batch> next) throws StoreException {
        try {
            return next.get();
        } catch (ExecutionException ex) {
            // Nothing was read, so the next attempt reads the same.
            this.next = null;
            throw ex.getCause() instanceof StoreException failure
                    ? failure
                    : new StoreException(StoreException.Remedy.REOPEN, String.valueOf(ex.getCause()), ex.getCause());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new StoreException(StoreException.Remedy.RETRY, "interrupted", ex);
        }
    }

    /**
     * Gives back, at the end, what was read and not acknowledged.
     *
     * @throws StoreException when the local store cannot be read now
     */
    void release() throws StoreException {
        this.ahead.shutdownNow();
        this.outbox.release();
    }
}
