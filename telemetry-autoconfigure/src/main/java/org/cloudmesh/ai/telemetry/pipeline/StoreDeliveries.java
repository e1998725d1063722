package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways into all stores of a recorder: each store is given every batch, and a store that fails does not delay the
 * others, unless callers wait for room. The writer alone calls it, but for {@link #all()} and {@link #primary()}.
 */
final class StoreDeliveries {

    private static final Logger logger = LoggerFactory.getLogger(StoreDeliveries.class);

    private final List<StoreDelivery> deliveries;

    private final StoreDelivery primary;

    private int served;

    /**
     * Creates the deliveries of these stores.
     *
     * @param stores in the order of configuration; at least one
     * @param admission of the queue, whose bounds count for what waits for a store too
     * @param clock tells since when a store fails
     * @param watcher is told what became of records
     */
    StoreDeliveries(List<TelemetryStore> stores, QueueAdmission admission, Clock clock, StoreDelivery.Watcher watcher) {
        int capacity = Math.max(admission.queue().capacity(), BatchCollector.MAX_RECORDS);
        long maxBytes = Math.max(admission.maxBytes(), BatchCollector.MAX_BYTES);
        List<StoreDelivery> deliveries = new ArrayList<>();
        for (TelemetryStore store : stores) {
            PendingRecords records = new PendingRecords(capacity, maxBytes);
            deliveries.add(new StoreDelivery(store, records, clock, watcher));
        }
        this.deliveries = List.copyOf(deliveries);
        this.primary = deliveries.get(stores.indexOf(answering(stores)));
    }

    private static TelemetryStore answering(List<TelemetryStore> stores) {
        for (TelemetryStore store : stores) {
            if (StoreDelivery.source(store) != null) {
                return store;
            }
        }
        return stores.get(0);
    }

    List<StoreDelivery> all() {
        return this.deliveries;
    }

    /** Returns the delivery of the store that answers queries; acknowledgements wait for this one. */
    StoreDelivery primary() {
        return this.primary;
    }

    /** Gives the batch to every store, to each once whatever is thrown meanwhile, and begins the next. */
    void add(BatchCollector collector) {
        // The only copy of the references: every delivery and every store is given this list.
        List<TelemetryRecord> records = List.copyOf(collector.batch());
        for (; this.served < this.deliveries.size(); this.served++) {
            this.deliveries.get(this.served).add(records, collector.bytes());
        }
        collector.clear();
        this.served = 0;
    }

    /**
     * Brings what waits into the stores.
     *
     * @param durable whether someone waits for the disk
     * @param unsynced how long records that were written may wait for it, in nanoseconds
     */
    void deliver(boolean durable, long unsynced) {
        for (StoreDelivery delivery : this.deliveries) {
            delivery.deliver(durable || delivery.unsyncedFor(unsynced));
        }
    }

    /**
     * Returns whether any store is worth waiting for before more is taken out of the queue.
     *
     * @param patience how long a store may hold up the others, in nanoseconds
     */
    boolean holdUp(long patience) {
        boolean heldUp = false;
        for (StoreDelivery delivery : this.deliveries) {
            heldUp |= delivery.holdsUp(BatchCollector.MAX_RECORDS, 2 * BatchCollector.MAX_BYTES, patience);
        }
        return heldUp;
    }

    /** Lets the stores do their maintenance and write the machine's readings. */
    void maintain(Origin origin, List<SystemReading> readings) {
        for (StoreDelivery delivery : this.deliveries) {
            delivery.add(origin, readings);
            delivery.maintain();
        }
    }

    /** Writes the machine's last readings. */
    void endHistory(Origin origin, List<SystemReading> readings) {
        for (StoreDelivery delivery : this.deliveries) {
            delivery.add(origin, readings);
            delivery.endHistory();
        }
    }

    /** Lets stores that fail try at once: there is little time left. */
    void hurry() {
        this.deliveries.forEach(StoreDelivery::hurry);
    }

    /** Returns whether each store has all on disk, or is not worth waiting for. */
    boolean settled() {
        return this.deliveries.stream()
                .allMatch((delivery) -> delivery.givesUp() || (delivery.pending() == 0 && !delivery.unsyncedFor(0)));
    }

    boolean allGiveUp() {
        return this.deliveries.stream().allMatch(StoreDelivery::givesUp);
    }

    /**
     * Counts what is left as lost.
     *
     * @param handed how many records were meant for each store
     * @return whether the primary one lost any by this call
     */
    boolean abandon(long handed) {
        boolean leftBehind = false;
        for (StoreDelivery delivery : this.deliveries) {
            long left = delivery.counters.abandon(handed);
            leftBehind |= left > 0 && delivery == this.primary;
            if (left > 0) {
                logger.warn(
                        "Telemetry closed before the {} store kept all: {} records are lost, counted as {}",
                        delivery.store.name(),
                        left,
                        Reasons.SHUTDOWN);
            }
        }
        return leftBehind;
    }

    /** Lets the stores finish their remaining work, until that moment. */
    void finish(long end) {
        this.deliveries.forEach((delivery) -> delivery.finish(end));
    }

    void close() {
        this.deliveries.forEach(StoreDelivery::close);
    }
}
