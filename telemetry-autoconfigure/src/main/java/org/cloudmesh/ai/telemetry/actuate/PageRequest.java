package org.cloudmesh.ai.telemetry.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is asked for, and of what: the first by its filters, a further one by the cursor of the page
 * before.
 */
record PageRequest(
        TelemetryReader reader,
        Map<String, List<String>> filters,
        RecordFilter filter,
        @Nullable String cursor,
        @Nullable String after,
        Deadline deadline) {

    static PageRequest of(Parameters parameters, ReadableStores stores, Duration timeout) {
        String text = parameters.text("cursor");
        RecordCursor cursor = text == null ? null : RecordCursor.parse(text);
        RecordFilter filter = cursor == null ? parameters.filter() : cursor.filter(parameters);
        Map<String, List<String>> filters = cursor == null ? parameters.filters() : cursor.filters();
        List<String> store = filters.getOrDefault(Parameters.STORE, List.of());
        return new PageRequest(
                stores.reader(stores.chosen(store.isEmpty() ? null : store.get(0))),
                filters,
                filter,
                text,
                cursor == null ? null : cursor.after(),
                Deadline.after(timeout));
    }

    <T> T ask(Question<T> question) {
        try {
            return question.ask(this.reader, this.filter, this.after, this.deadline);
        } catch (QueryException ex) {
            if (this.cursor != null && ex.reason() == QueryException.Reason.BAD_CURSOR) {
                throw RecordCursor.bad(this.cursor);
            }
            throw ex;
        }
    }

    /** Returns the cursor of the next page; null when there is none. */
    @Nullable
    String next(@Nullable String after) {
        return after == null
                ? null
                : new RecordCursor(this.filters, this.filter.from(), this.filter.to(), after).toString();
    }

    /** Asks for a page. */
    @FunctionalInterface
    interface Question<T> {

        T ask(TelemetryReader reader, RecordFilter filter, @Nullable String after, Deadline deadline);
    }
}
