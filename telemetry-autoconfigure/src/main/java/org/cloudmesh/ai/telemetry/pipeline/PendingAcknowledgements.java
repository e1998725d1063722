package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.cloudmesh.ai.telemetry.RecordDroppedException;
import org.jspecify.annotations.Nullable;

/** Those who wait for the disk: for one record, or for all that was emitted so far. Thread-safe. */
final class PendingAcknowledgements {

    private final Map<Long, CompletableFuture<@Nullable Void>> records = new ConcurrentHashMap<>();

    private final Queue<Flush> flushes = new ConcurrentLinkedQueue<>();

    private volatile long losses;

    private volatile boolean ended;

    private volatile boolean leftBehind;

    /** Returns whether anyone waits. */
    boolean any() {
        return !this.records.isEmpty() || !this.flushes.isEmpty();
    }

    /** Lets someone wait for a record, by its sequence. */
    void await(long sequence, CompletableFuture<@Nullable Void> acknowledgement) {
        this.records.put(sequence, acknowledgement);
    }

    /** Returns a future of whether all entries before that place are on disk. */
    CompletableFuture<Boolean> awaitAll(RecordQueue.Position upTo) {
        Flush flush = new Flush(upTo, this.losses, new CompletableFuture<>());
        this.flushes.add(flush);
        if (this.ended) {
            settleFlushes();
        }
        return flush.done;
    }

    /** Returns those who wait for all that was emitted, as of now. */
    List<Flush> flushes() {
        return List.copyOf(this.flushes);
    }

    /**
     * Tells that everything is on disk.
     *
     * @param flushes of {@link #flushes()}, from before that came about
     * @param taken how far entries had been taken out of the queue then
     */
    void kept(List<Flush> flushes, RecordQueue.Position taken) {
        this.records.values().forEach((future) -> future.complete(null));
        this.records.clear();
        for (Flush flush : flushes) {
            if (taken.hasReached(flush.upTo)) {
                flush.done.complete(this.losses == flush.losses);
                this.flushes.remove(flush);
            }
        }
    }

    /** Tells that a record is lost. The writer alone calls this. */
    void lost(long sequence, String reason) {
        this.losses++;
        fail(this.records.remove(sequence), reason);
    }

    /**
     * Tells all that no more will be kept.
     *
     * @param leftBehind whether something was not
     */
    void end(boolean leftBehind) {
        this.leftBehind |= leftBehind;
        this.ended = true;
        this.records.values().forEach((future) -> fail(future, Reasons.SHUTDOWN));
        settleFlushes();
    }

    /** Tells someone that a record is lost, if anyone waits for it. */
    static void fail(@Nullable CompletableFuture<@Nullable Void> acknowledgement, String reason) {
        if (acknowledgement != null) {
            acknowledgement.completeExceptionally(new RecordDroppedException(reason));
        }
    }

    private void settleFlushes() {
        for (Flush flush = this.flushes.poll(); flush != null; flush = this.flushes.poll()) {
            flush.done.complete(!this.leftBehind && this.losses == flush.losses);
        }
    }

    /** Someone who waits until all entries before a place are on disk. */
    record Flush(RecordQueue.Position upTo, long losses, CompletableFuture<Boolean> done) {}
}
