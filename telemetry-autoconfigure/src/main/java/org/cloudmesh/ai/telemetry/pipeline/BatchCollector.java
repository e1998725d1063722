package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes entries out of the queue and makes the records of the next batch of them. What it has taken survives whatever
 * may be thrown on its way to the stores: memory may be short. The writer alone calls it, but for {@link #invalid()}.
 */
final class BatchCollector {

    static final int MAX_RECORDS = 8192;

    static final long MAX_BYTES = 8L << 20;

    // An entry that fails so often is at fault itself.
    private static final int TRIES = 3;

    private final QueueAdmission admission;

    private final Normaliser normaliser;

    private final PendingAcknowledgements acknowledgements;

    private final Consumer<TelemetryRecord> listener;

    private final List<TelemetryRecord> batch = new ArrayList<>(MAX_RECORDS);

    private long bytes;

    private @Nullable Entry current;

    private int tries;

    private volatile long invalid;

    /**
     * Creates a collector of an empty batch.
     *
     * @param admission of the queue
     * @param normaliser makes records of entries
     * @param acknowledgements are told who waits for a record
     * @param listener is shown each record that meters may count
     */
    BatchCollector(
            QueueAdmission admission,
            Normaliser normaliser,
            PendingAcknowledgements acknowledgements,
            Consumer<TelemetryRecord> listener) {
        this.admission = admission;
        this.normaliser = normaliser;
        this.acknowledgements = acknowledgements;
        this.listener = listener;
    }

    /** Fills the batch until it is full or the queue is empty. */
    void collect() {
        while (this.batch.size() < MAX_RECORDS && this.bytes < MAX_BYTES) {
            Entry entry = this.current;
            if (entry == null) {
                entry = this.admission.queue().poll();
                if (entry == null) {
                    return;
                }
                this.admission.left(entry);
                this.current = entry;
                this.tries = 0;
            }
            take(entry);
        }
    }

    private void take(Entry entry) {
        TelemetryRecord record = ++this.tries > TRIES ? null : this.normaliser.normalise(entry);
        CompletableFuture<@Nullable Void> acknowledgement = entry.acknowledgement();
        if (record == null) {
            this.current = null;
            this.invalid++;
            PendingAcknowledgements.fail(acknowledgement, Reasons.INVALID);
            return;
        }
        if (acknowledgement != null) {
            this.acknowledgements.await(record.sequence(), acknowledgement);
        }
        this.batch.add(record);
        this.bytes += entry.bytes();
        this.current = null;
        if (!(entry instanceof Entry.Rich rich) || rich.metered) {
            this.listener.accept(record);
        }
    }

    /** Returns the records of the batch so far. */
    List<TelemetryRecord> batch() {
        return this.batch;
    }

    /** Returns the size of the batch, about. */
    long bytes() {
        return this.bytes;
    }

    /** Begins the next batch. */
    void clear() {
        this.batch.clear();
        this.bytes = 0;
    }

    /** Returns whether nothing is on its way between the queue and the stores. */
    boolean isEmpty() {
        return this.current == null && this.batch.isEmpty();
    }

    /** Returns how many records were taken out of the queue and found to have nothing valid in them. */
    long invalid() {
        return this.invalid;
    }
}
