package org.cloudmesh.ai.telemetry.store;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Some records and where the next ones are.
 *
 * @param records ordered by time and id, the last first
 * @param next where to go on, in the store's own words; null after the last page
 */
public record RecordPage(
        List<TelemetryRecord> records, @Nullable String next) {

    public RecordPage {
        records = List.copyOf(records);
    }
}
