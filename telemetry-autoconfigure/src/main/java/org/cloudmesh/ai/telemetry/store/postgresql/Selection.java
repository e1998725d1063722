package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.jspecify.annotations.Nullable;

/**
 * A filter as SQL: conditions, and what is bound to them. Values are bound, never written into the text. The conditions
 * name {@code r} for the record, {@code s} for its series, {@code p} for its process and {@code g} for its reading.
 */
final class Selection {

    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private static final String CONTAINS = "position(? IN translate(%s, ?, ?)) > 0";

    private static final int TEXTS = 3;

    private static final int LAST_WITH_CASE = 0x1FFFF;

    private final List<String> ofSeries = new ArrayList<>();

    private final List<Object> seriesValues = new ArrayList<>();

    private final List<String> ofRecords = new ArrayList<>();

    private final List<Object> recordValues = new ArrayList<>();

    private boolean byReading;

    private boolean byEvent;

    private Selection() {}

    static Selection of(RecordFilter filter) {
        Selection selection = new Selection();
        filter.conditions().forEach(selection::add);
        selection.record("r.time >= ?", time(filter.from()));
        selection.record("r.time < ?", time(filter.to()));
        for (RecordFilter.SystemCondition condition : filter.system()) {
            selection.byReading = true;
            selection.ofRecords.add("CASE WHEN jsonb_typeof(g.system -> ?) = 'number' THEN (g.system ->> ?)::float8 "
                    + condition.comparison().symbol() + " ? ELSE false END");
            selection.recordValues.add(condition.field());
            selection.recordValues.add(condition.field());
            selection.recordValues.add(condition.value());
        }
        return selection;
    }

    private void add(RecordFilter.Condition condition) {
        if (condition instanceof RecordFilter.LabelCondition label) {
            add(label);
        } else if (condition instanceof RecordFilter.MetricCondition metric) {
            this.seriesValues.add(metric.metric().text());
            this.ofSeries.add(
                    metric.metric().prefix()
                            ? "EXISTS (SELECT 1 FROM unnest(s.metrics) AS m(name) WHERE starts_with(m.name, ?))"
                            : "? = ANY (s.metrics)");
        } else if (condition instanceof RecordFilter.AnyValueCondition any) {
            this.recordValues.add(any.attribute());
            this.recordValues.addAll(any.values());
            this.ofRecords.add("(r.attributes ->> ?) IN ("
                    + String.join(", ", Collections.nCopies(any.values().size(), "?")) + ")");
        } else if (condition instanceof RecordFilter.TextCondition text) {
            this.byEvent = true;
            this.ofRecords.add("(" + CONTAINS.formatted("s.event") + " OR " + CONTAINS.formatted("r.message")
                    + " OR EXISTS (SELECT 1 FROM jsonb_each_text(r.attributes) AS a(k, v) WHERE "
                    + CONTAINS.formatted("a.v") + "))");
            for (int i = 0; i < TEXTS; i++) {
                this.recordValues.addAll(folded(text.text()));
            }
        } else {
            throw new IllegalStateException("PostgreSQL has no SQL for " + condition);
        }
    }

    /**
     * Returns a text in one case, and what translates the letters of it in another text to that case: {@code lower} is
     * as good as the database's language, which may know no letters beyond ASCII.
     */
    private static List<String> folded(String text) {
        StringBuilder folded = new StringBuilder();
        Set<Integer> letters = new HashSet<>();
        text.codePoints().map(Selection::fold).forEach((letter) -> {
            folded.appendCodePoint(letter);
            letters.add(letter);
        });
        StringBuilder from = new StringBuilder();
        StringBuilder to = new StringBuilder();
        for (int letter = 1; letter <= LAST_WITH_CASE; letter++) {
            int fold = fold(letter);
            if (fold != letter && letters.contains(fold)) {
                from.appendCodePoint(letter);
                to.appendCodePoint(fold);
            }
        }
        return List.of(folded.toString(), from.toString(), to.toString());
    }

    private static int fold(int letter) {
        return Character.toLowerCase(Character.toUpperCase(letter));
    }

    private void add(RecordFilter.LabelCondition label) {
        String attribute = label.dimension().attribute();
        List<Object> values = attribute == null ? this.seriesValues : this.recordValues;
        String column = column(label.dimension(), values);
        values.add(label.value().text());
        (attribute == null ? this.ofSeries : this.ofRecords)
                .add(label.value().prefix() ? "starts_with(" + column + ", ?)" : column + " = ?");
    }

    /**
     * Returns a part of records as SQL.
     *
     * @param values takes what is to be bound to it
     */
    static String column(Dimension dimension, List<Object> values) {
        return switch (dimension.kind()) {
            case STATUS -> "s.status";
            case COMMAND -> "p.command";
            case EVENT -> "s.event";
            case RUN -> "p.run";
            case NODE -> "p.node";
            case ATTRIBUTE -> {
                values.add(Objects.requireNonNull(dimension.attribute()));
                yield "(r.attributes ->> ?)";
            }
        };
    }

    /** Adds a condition on records. */
    Selection record(String condition, @Nullable Object value) {
        if (value != null) {
            this.ofRecords.add(condition);
            this.recordValues.add(value);
        }
        return this;
    }

    /** Adds a value to the condition before. */
    Selection value(Object value) {
        this.recordValues.add(value);
        return this;
    }

    /** Adds a condition on records that asks for no value. */
    Selection and(String condition) {
        this.ofRecords.add(condition);
        return this;
    }

    /** Returns a moment as it is bound; times far beyond those of records are told from them all the same. */
    static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        if (instant == null) {
            return null;
        }
        Instant bounded = instant.isBefore(EARLIEST) ? EARLIEST : instant.isAfter(LATEST) ? LATEST : instant;
        // The database rounds to microseconds; a bound is the next one that is not before it.
        long nanos = bounded.getNano() % 1000;
        return OffsetDateTime.ofInstant(nanos == 0 ? bounded : bounded.plusNanos(1000 - nanos), ZoneOffset.UTC);
    }

    /** Returns the tables and conditions of chosen records, where nothing is asked of the series itself. */
    String fromRecords() {
        if (this.byEvent) {
            return fromAll("telemetry_series", "");
        }
        StringBuilder sql = new StringBuilder(" FROM telemetry_record r").append(joinReading());
        List<String> conditions = new ArrayList<>(this.ofRecords);
        if (!this.ofSeries.isEmpty()) {
            conditions.add("r.series IN (SELECT s.id FROM telemetry_series s JOIN telemetry_process p"
                    + " ON p.id = s.process WHERE " + String.join(" AND ", this.ofSeries) + ")");
        }
        return sql + where(conditions);
    }

    /**
     * Returns the tables and conditions of chosen records and their series and processes.
     *
     * @param series the table of series, or a query of the same columns and more
     * @param further tables, each after a join
     */
    String fromAll(String series, String further) {
        List<String> conditions = new ArrayList<>(this.ofRecords);
        conditions.addAll(this.ofSeries);
        return " FROM telemetry_record r JOIN " + series + " s ON s.id = r.series"
                + " JOIN telemetry_process p ON p.id = s.process" + joinReading() + further + where(conditions);
    }

    private String joinReading() {
        return this.byReading
                ? " JOIN telemetry_reading g ON g.process = r.process AND g.id = r.reading"
                        + " AND g.day = (r.time AT TIME ZONE 'UTC')::date"
                : "";
    }

    private static String where(List<String> conditions) {
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    /** Binds what the conditions ask for; returns the number of the next parameter. */
    int bind(PreparedStatement statement, int first) throws SQLException {
        int at = first;
        for (Object value : this.recordValues) {
            statement.setObject(at++, value);
        }
        for (Object value : this.seriesValues) {
            statement.setObject(at++, value);
        }
        return at;
    }
}
