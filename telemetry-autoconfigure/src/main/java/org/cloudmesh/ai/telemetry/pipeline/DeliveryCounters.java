package org.cloudmesh.ai.telemetry.pipeline;

/**
 * What became of the records that were meant for one store: each is written, dropped for a reason, or still on its way.
 * Thread-safe.
 */
final class DeliveryCounters {

    private final ReasonCounters dropped = new ReasonCounters();

    private volatile long written;

    private boolean abandoned;

    long written() {
        return this.written;
    }

    ReasonCounters dropped() {
        return this.dropped;
    }

    synchronized void addWritten(int records) {
        if (!this.abandoned) {
            this.written += records;
        }
    }

    synchronized void addDropped(String reason, int records) {
        if (!this.abandoned) {
            this.dropped.add(reason, records);
        }
    }

    /**
     * Counts all that is left as lost, once, so that what a store that hangs may yet do changes no count any more.
     *
     * @param handed how many records were meant for this store
     * @return how many are lost by this call
     */
    synchronized long abandon(long handed) {
        if (this.abandoned) {
            return 0;
        }
        this.abandoned = true;
        long left = handed - this.written - ReasonCounters.sum(this.dropped.snapshot());
        this.dropped.add(Reasons.SHUTDOWN, left);
        return left;
    }
}
