package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.StoreException;

/**
 * Finds the records that make a batch fail: splits it in halves, down to single records, and writes each part. A record
 * that fails alone is refused. Many refusals without a single success are an outage of the store: the rest is not tried
 * then. For one batch.
 */
final class BatchBisection {

    private static final int OUTAGE = 32;

    private final Writing writing;

    private final Map<TelemetryRecord, String> refused = new LinkedHashMap<>();

    private final List<TelemetryRecord> untried = new ArrayList<>();

    private int kept;

    private boolean outage;

    private boolean blamed = true;

    BatchBisection(Writing writing) {
        this.writing = writing;
    }

    void of(List<TelemetryRecord> part) {
        if (this.outage) {
            this.untried.addAll(part);
            return;
        }
        try {
            this.writing.write(part, () -> this.kept += part.size());
        } catch (Throwable ex) {
            if (ex instanceof StoreException failure && failure.remedy() != StoreException.Remedy.RECORD) {
                this.outage = true;
                this.blamed = false;
                this.untried.addAll(part);
            } else if (part.size() > 1) {
                int middle = part.size() / 2;
                of(part.subList(0, middle));
                of(part.subList(middle, part.size()));
            } else {
                this.refused.put(part.get(0), StoreHealth.reason(ex));
                this.blamed &= ex instanceof StoreException;
                this.outage = this.kept == 0 && this.refused.size() >= OUTAGE;
            }
        }
    }

    /** Returns the records that fail alone, each with the reason. */
    Map<TelemetryRecord, String> refused() {
        return this.refused;
    }

    /** Returns the records that the store did not get to see, or whose failure was not their fault. */
    List<TelemetryRecord> untried() {
        return this.untried;
    }

    /** Returns whether the store keeps any record now. */
    boolean keptAny() {
        return this.kept > 0;
    }

    /** Returns whether the store itself says of each refusal that it is the record's fault. */
    boolean blamesRecords() {
        return this.blamed;
    }

    /** Writes a part of the batch. */
    @FunctionalInterface
    interface Writing {

        /** Writes the records and runs {@code kept} as soon as the store has them, whatever is thrown later. */
        void write(List<TelemetryRecord> part, Runnable kept) throws Exception;
    }
}
