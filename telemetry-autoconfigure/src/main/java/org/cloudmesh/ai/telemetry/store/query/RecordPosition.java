package org.cloudmesh.ai.telemetry.store.query;

import java.util.Comparator;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.QueryException;

/**
 * A place in the order of all records: by time, then by id as text. As text it is what continues a page, so that the
 * next one neither skips nor repeats while records arrive.
 *
 * @param at microseconds since 1970
 * @param id of the record
 */
record RecordPosition(long at, String id) {

    static final Comparator<TelemetryRecord> ORDER = (left, right) -> {
        int byTime = Long.compare(left.timestampMicros(), right.timestampMicros());
        if (byTime != 0) {
            return byTime;
        }
        return left.origin() == right.origin()
                ? Long.compare(left.sequence(), right.sequence())
                : left.id().compareTo(right.id());
    };

    static RecordPosition of(TelemetryRecord record) {
        return new RecordPosition(record.timestampMicros(), record.id());
    }

    static RecordPosition parse(String text) {
        int colon = text.indexOf(':');
        try {
            return new RecordPosition(Long.parseLong(text, 0, colon, 10), text.substring(colon + 1));
        } catch (NumberFormatException | IndexOutOfBoundsException ex) {
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
