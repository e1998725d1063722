package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's readings that wait for one store. They are worth less than records: the oldest go when too many wait,
 * and what a store refuses is not tried again.
 */
final class PendingReadings {

    private static final Logger logger = LoggerFactory.getLogger(PendingReadings.class);

    // An hour of one each ten seconds.
    private static final int MOST = 360;

    private final List<SystemReading> readings = new ArrayList<>();

    private @Nullable Origin origin;

    void add(Origin origin, List<SystemReading> readings) {
        this.origin = origin;
        this.readings.addAll(readings);
        int tooMany = this.readings.size() - MOST;
        if (tooMany > 0) {
            this.readings.subList(0, tooMany).clear();
        }
    }

    /** Writes all that waits; throws what may be over at the next try, and keeps the readings for that. */
    void writeTo(TelemetryStore store, StoreHealth health) throws Exception {
        Origin origin = this.origin;
        if (origin == null || this.readings.isEmpty()) {
            return;
        }
        List<SystemReading> readings = List.copyOf(this.readings);
        try {
            health.watch(() -> store.writeReadings(origin, readings));
        } catch (StoreException ex) {
            boolean keep = ex.remedy() != StoreException.Remedy.RECORD && ex.remedy() != StoreException.Remedy.NONE;
            if (keep) {
                throw ex;
            }
            refused(store, ex);
        } catch (RuntimeException ex) {
            refused(store, ex);
        }
        this.readings.clear();
    }

    private static void refused(TelemetryStore store, Exception cause) {
        logger.debug("The {} store refuses readings of the machine", store.name(), cause);
    }
}
