package org.cloudmesh.ai.telemetry.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records that make a batch fail: splits it in halves, down to single records, and writes each part. A record
 * that fails alone is refused. Many refusals without a single success are an outage of the store: the rest is not tried
 * then. For one batch.
 */
public final class BatchBisection {

    /** So many refusals without a single success are an outage of the store. */
    public static final int OUTAGE = 32;

    private final Writing writing;

    private final Map<TelemetryRecord, String> refused = new LinkedHashMap<>();

    private final List<TelemetryRecord> untried = new ArrayList<>();

    private int kept;

    private @Nullable Throwable outage;

    private boolean blamed = true;

    /** Creates a search that writes the parts of a batch in that way. */
    public BatchBisection(Writing writing) {
        this.writing = writing;
    }

    /** Writes a batch, in parts if need be. */
    public void of(List<TelemetryRecord> part) {
        if (this.outage != null) {
            this.untried.addAll(part);
            return;
        }
        try {
            this.writing.write(part, () -> this.kept += part.size());
        } catch (Throwable ex) {
            if (ex instanceof StoreException failure && failure.remedy() != StoreException.Remedy.RECORD) {
                this.outage = failure;
                this.blamed = false;
                this.untried.addAll(part);
            } else if (part.size() > 1) {
                int middle = part.size() / 2;
                of(part.subList(0, middle));
                of(part.subList(middle, part.size()));
            } else {
                this.refused.put(part.get(0), StoreException.reason(ex));
                this.blamed &= ex instanceof StoreException;
                if (this.kept == 0 && this.refused.size() >= OUTAGE) {
                    this.outage = ex;
                }
            }
        }
    }

    /** Returns the records that fail alone, each with the reason. */
    public Map<TelemetryRecord, String> refused() {
        return this.refused;
    }

    /** Returns the records that the store did not get to see, or whose failure was not their fault. */
    public List<TelemetryRecord> untried() {
        return this.untried;
    }

    /** Returns why the rest was not tried; null when all of it was. */
    public @Nullable Throwable outage() {
        return this.outage;
    }

    /** Returns whether the store keeps any record now. */
    public boolean keptAny() {
        return this.kept > 0;
    }

    /** Returns whether the store itself says of each refusal that it is the record's fault. */
    public boolean blamesRecords() {
        return this.blamed;
    }

    /** Writes a part of the batch. */
    @FunctionalInterface
    public interface Writing {

        /** Writes the records and runs {@code kept} as soon as the store has them, whatever is thrown later. */
        void write(List<TelemetryRecord> part, Runnable kept) throws Exception;
    }
}
