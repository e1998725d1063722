package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.forward.ForwardStatus;
import org.cloudmesh.ai.telemetry.forward.ForwardingStore;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/**
 * Adds up, for each store, what became of all records that were handed in: what the queue turned away, what was found
 * invalid, what the store has written or lost, and what a remote store does not have yet. Thread-safe.
 */
final class StoreAccounts {

    private final Origin origin;

    private final QueueAdmission admission;

    private final Writer writer;

    private final ReasonCounters normalised;

    private final @Nullable ForwardingStore forwarding;

    /**
     * Creates the accounts of a recorder.
     *
     * @param origin of its records
     * @param admission counts what is let in and what is turned away
     * @param writer knows the stores, and counts what is invalid
     * @param normalised counts what was mended
     * @param forwarding knows the remote stores; null when there are none
     */
    StoreAccounts(
            Origin origin,
            QueueAdmission admission,
            Writer writer,
            ReasonCounters normalised,
            @Nullable ForwardingStore forwarding) {
        this.origin = origin;
        this.admission = admission;
        this.writer = writer;
        this.normalised = normalised;
        this.forwarding = forwarding;
    }

    /** Returns the status of each store, the remote ones last. */
    List<StoreStatus> stores() {
        List<StoreStatus> stores = new ArrayList<>();
        for (StoreDelivery delivery : this.writer.deliveries().all()) {
            stores.add(status(delivery));
        }
        ForwardingStore forwarding = this.forwarding;
        if (forwarding != null) {
            for (ForwardStatus forward : forwarding.forwards()) {
                stores.add(status(forward, forwarding));
            }
        }
        return List.copyOf(stores);
    }

    /** Returns what a fleet is told of this process. */
    NodeReport nodeReport() {
        long dropped = 0;
        long behind = 0;
        StringJoiner degraded = new StringJoiner("; ");
        for (StoreStatus store : stores()) {
            dropped = Math.max(dropped, ReasonCounters.sum(store.dropped()));
            behind = store.forward() == null
                    ? behind
                    : Math.max(behind, store.forward().behind());
            if (store.degraded() != null) {
                degraded.add(store.backend() + ": " + store.degraded().reason());
            }
        }
        return new NodeReport(
                this.origin, local().accepted(), dropped, behind, degraded.length() == 0 ? null : degraded.toString());
    }

    /** What became of this recorder's records on the way to a remote store; what is not there yet is queued. */
    private StoreStatus status(ForwardStatus forward, ForwardingStore forwarding) {
        StoreStatus local = local();
        Map<String, Long> dropped = new HashMap<>(local.dropped());
        ReasonCounters.add(forward.dropped(), dropped);
        long settled = forward.written() + ReasonCounters.sum(dropped);
        return new StoreStatus(
                forward.backend(),
                null,
                0,
                forward.backend().equals(forwarding.answers()),
                local.accepted(),
                forward.written(),
                dropped,
                local.normalised(),
                Math.max(0, local.accepted() - settled),
                forward.reason() == null || forward.since() == null
                        ? null
                        : new StoreStatus.Degraded(forward.reason(), forward.since()),
                new StoreStatus.Forward(forward.behind(), forward.sent(), forward.failed(), forward.lag()));
    }

    private StoreStatus local() {
        for (StoreDelivery delivery : this.writer.deliveries().all()) {
            if (delivery.store == this.forwarding) {
                return status(delivery);
            }
        }
        return status(this.writer.deliveries().primary());
    }

    private StoreStatus status(StoreDelivery delivery) {
        // What left the queue is read before what entered it, so that what is on its way is never less than nothing.
        long written = delivery.counters.written();
        Map<String, Long> dropped = new HashMap<>();
        delivery.counters.dropped().copyTo(dropped);
        long invalid = this.writer.invalid();
        if (invalid > 0) {
            dropped.merge(Reasons.INVALID, invalid, Long::sum);
        }
        long settled = written + ReasonCounters.sum(dropped);
        Map<String, Long> turnedAway = this.admission.dropped().snapshot();
        ReasonCounters.add(turnedAway, dropped);
        long claimed = this.admission.queue().claimed();
        TelemetryStore store = delivery.store;
        return new StoreStatus(
                store.name(),
                store.path(),
                delivery.bytes(),
                delivery == this.writer.deliveries().primary()
                        && StoreDelivery.source(store) != null
                        && (this.forwarding == null || this.forwarding.answers() == null),
                claimed + ReasonCounters.sum(turnedAway),
                written,
                dropped,
                this.normalised.snapshot(),
                claimed - settled,
                degraded(delivery),
                null);
    }

    private StoreStatus.@Nullable Degraded degraded(StoreDelivery delivery) {
        StoreStatus.Degraded degraded = delivery.degraded();
        if (degraded == null && this.admission.fullLately()) {
            return new StoreStatus.Degraded("records were lost because the queue was full", this.admission.fullSince());
        }
        return degraded;
    }
}
