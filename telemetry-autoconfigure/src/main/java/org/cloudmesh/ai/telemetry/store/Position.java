package org.cloudmesh.ai.telemetry.store;

import java.util.Comparator;
import org.cloudmesh.ai.telemetry.TelemetryRecord;

/**
 * A place in the order of all records: by time, then by id as text.
 *
 * @param at microseconds since 1970
 * @param id of the record
 */
record Position(long at, String id) {

    static final Comparator<TelemetryRecord> ORDER = (left, right) -> {
        int byTime = Long.compare(left.timestampMicros(), right.timestampMicros());
        if (byTime != 0) {
            return byTime;
        }
        return left.origin() == right.origin()
                ? Long.compare(left.sequence(), right.sequence())
                : left.id().compareTo(right.id());
    };

    static Position of(TelemetryRecord record) {
        return new Position(record.timestampMicros(), record.id());
    }

    static Position parse(String text) {
        int colon = text.indexOf(':');
        try {
            return new Position(Long.parseLong(text, 0, colon, 10), text.substring(colon + 1));
        } catch (RuntimeException ex) {
            throw new QueryException(QueryException.Reason.BAD_CURSOR, "The cursor is not one of this store", ex);
        }
    }

    boolean isAfter(TelemetryRecord record) {
        int byTime = Long.compare(this.at, record.timestampMicros());
        return byTime > 0 || (byTime == 0 && this.id.compareTo(record.id()) > 0);
    }

    @Override
    public String toString() {
        return this.at + ":" + this.id;
    }
}
