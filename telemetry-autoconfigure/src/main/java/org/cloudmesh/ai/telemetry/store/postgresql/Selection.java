package org.cloudmesh.ai.telemetry.store.postgresql;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.jspecify.annotations.Nullable;

/**
 * A filter as SQL: conditions, and what is bound to them. Values are bound, never written into the text. The conditions
 * name {@code r} for the record, {@code s} for its series, {@code p} for its process and {@code g} for its reading.
 */
final class Selection {

    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private static final Set<Dimension.Kind> PROCESS =
            EnumSet.of(Dimension.Kind.COMMAND, Dimension.Kind.RUN, Dimension.Kind.NODE);

    private static final String TRACE = "trace_id";

    private static final String HAS_TRACE = "r.attributes ?? 'trace_id'";

    private static final NamePattern ANY = NamePattern.startingWith("");

    private static final int INDEXED_CHARACTERS = 64;

    private static final String CONTAINS = "position(? IN translate(%s, ?, ?)) > 0";

    private static final int LAST_WITH_CASE = 0x1FFFF;

    private final List<Sql> ofSeries = new ArrayList<>();

    private final List<Sql> ofRecords = new ArrayList<>();

    private final List<Sql> ofTime = new ArrayList<>();

    private boolean byReading;

    private boolean byEvent;

    private boolean bySeries;

    private boolean byProcess;

    private Selection() {}

    static Selection of(RecordFilter filter) {
        Selection selection = new Selection();
        filter.conditions().forEach(selection::add);
        selection.time("r.time >= ?", time(filter.from()));
        selection.time("r.time < ?", time(filter.to()));
        for (RecordFilter.SystemCondition condition : filter.system()) {
            selection.byReading = true;
            selection.and(Sql.of(
                    "CASE WHEN jsonb_typeof(g.system -> ?) = 'number' THEN (g.system ->> ?)::float8 "
                            + condition.comparison().symbol() + " ? ELSE false END",
                    condition.field(),
                    condition.field(),
                    condition.value()));
        }
        return selection;
    }

    /**
     * Returns whether a series tells all that is asked of a record, but for its time: as far as roll-ups tell records
     * apart.
     */
    static boolean concernsSeries(RecordFilter filter) {
        return filter.system().isEmpty()
                && filter.conditions().stream()
                        .allMatch((condition) ->
                                condition instanceof RecordFilter.MetricCondition || condition.concernsGroups());
    }

    private void add(RecordFilter.Condition condition) {
        if (condition instanceof RecordFilter.LabelCondition label) {
            add(label);
        } else if (condition instanceof RecordFilter.MetricCondition metric) {
            this.ofSeries.add(Sql.of(
                    metric.metric().prefix()
                            ? "EXISTS (SELECT 1 FROM unnest(s.metrics) AS m(name) WHERE starts_with(m.name, ?))"
                            : "? = ANY (s.metrics)",
                    metric.metric().text()));
        } else if (condition instanceof RecordFilter.OtherEventCondition other) {
            this.ofSeries.add(Sql.of("s.event IS DISTINCT FROM ?", other.event()));
        } else if (condition instanceof RecordFilter.AnyValueCondition any) {
            List<Sql> values =
                    any.values().stream().map((value) -> Sql.of("?", value)).toList();
            if (TRACE.equals(any.attribute())) {
                addTraces(any.values());
            }
            and(Sql.of("(r.attributes ->> ?) IN (", any.attribute())
                    .add(Sql.join(", ", values))
                    .add(")"));
        } else if (condition instanceof RecordFilter.TextCondition text) {
            this.byEvent = true;
            Object[] folded = folded(text.text());
            and(Sql.of("(" + CONTAINS.formatted("s.event"), folded)
                    .add(" OR " + CONTAINS.formatted("r.message"), folded)
                    .add(
                            " OR EXISTS (SELECT 1 FROM jsonb_each_text(r.attributes) AS a(k, v) WHERE "
                                    + CONTAINS.formatted("a.v") + "))",
                            folded));
        } else {
            throw new IllegalStateException("PostgreSQL has no SQL for " + condition);
        }
    }

    /**
     * Returns a text in one case, and what translates the letters of it in another text to that case: {@code lower} is
     * as good as the database's language, which may know no letters beyond ASCII.
     */
    private static Object[] folded(String text) {
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
        return new Object[] {folded.toString(), from.toString(), to.toString()};
    }

    private static int fold(int letter) {
        return Character.toLowerCase(Character.toUpperCase(letter));
    }

    private void add(RecordFilter.LabelCondition label) {
        String attribute = label.dimension().attribute();
        if (attribute != null && label.value().equals(ANY)) {
            // The name of the attribute of traces stands in the text: an index is for those that have it.
            and(TRACE.equals(attribute) ? Sql.of(HAS_TRACE) : Sql.of("r.attributes ?? ?", attribute));
            return;
        }
        Sql column = column(label.dimension());
        if (TRACE.equals(label.dimension().attribute()) && !label.value().prefix()) {
            addTraces(Set.of(label.value().text()));
        }
        (label.dimension().attribute() == null ? this.ofSeries : this.ofRecords)
                .add(
                        label.value().prefix()
                                ? Sql.of("starts_with(")
                                        .add(column)
                                        .add(", ?)", label.value().text())
                                : Sql.of("")
                                        .add(column)
                                        .add(" = ?", label.value().text()));
    }

    /** Adds what the index of traces understands: it has the beginnings of their ids. */
    private void addTraces(Set<String> traces) {
        List<String> beginnings = traces.stream()
                .map((trace) -> trace.codePoints()
                        .limit(INDEXED_CHARACTERS)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString())
                .toList();
        and(Sql.of(
                HAS_TRACE + " AND left(r.attributes ->> 'trace_id', " + INDEXED_CHARACTERS + ") = ANY (?)",
                Sql.array("text", beginnings)));
    }

    /** Returns a part of records as SQL, for the statements that are asked for later. */
    Sql column(Dimension dimension) {
        this.bySeries |= dimension.kind() != Dimension.Kind.ATTRIBUTE;
        this.byProcess |= PROCESS.contains(dimension.kind());
        return switch (dimension.kind()) {
            case STATUS -> Sql.of("s.status");
            case COMMAND -> Sql.of("p.command");
            case EVENT -> Sql.of("s.event");
            case RUN -> Sql.of("p.run");
            case NODE -> Sql.of("p.node");
            case ATTRIBUTE -> Sql.of("(r.attributes ->> ?)", Objects.requireNonNull(dimension.attribute()));
        };
    }

    /** Adds a condition on records. */
    Selection and(Sql condition) {
        this.ofRecords.add(condition);
        return this;
    }

    private void time(String condition, @Nullable OffsetDateTime bound) {
        if (bound != null) {
            this.ofTime.add(Sql.of(condition, bound));
        }
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
    Sql fromRecords(RollupCover cover) {
        if (this.byEvent) {
            return fromAll(Sql.of("telemetry_series"), "", cover);
        }
        List<Sql> conditions = conditions(cover);
        if (!this.ofSeries.isEmpty()) {
            conditions.add(Sql.of("r.series IN (SELECT s.id FROM telemetry_series s JOIN telemetry_process p"
                            + " ON p.id = s.process")
                    .where(this.ofSeries)
                    .add(")"));
        }
        return records(cover).add(joinReading()).where(conditions);
    }

    /** Returns the tables and conditions of chosen records and their series and processes, over the whole range. */
    Sql fromAll() {
        this.byProcess = true;
        return fromAll(Sql.of("telemetry_series"), "", RollupCover.ofRecords(0, 0));
    }

    /**
     * Returns the tables and conditions of chosen records and their series, and of their processes where a condition or
     * a {@link #column} is one of theirs.
     *
     * @param series the table of series, or a query of the same columns and more
     * @param further tables, each after a join
     * @param cover its gaps are what records are taken of
     */
    Sql fromAll(Sql series, String further, RollupCover cover) {
        List<Sql> conditions = conditions(cover);
        conditions.addAll(this.ofSeries);
        return records(cover)
                .add(" JOIN ")
                .add(series)
                .add(" s ON s.id = r.series" + joinProcess() + joinReading() + further)
                .where(conditions);
    }

    /**
     * Returns roll-ups, as {@code u}, of the chosen series over the blocks of a cover.
     *
     * @param table of roll-ups
     * @param conditions more of them
     */
    Sql fromRollups(String table, RollupCover cover, Sql... conditions) {
        List<Sql> all = new ArrayList<>(List.of(conditions));
        all.addAll(this.ofSeries);
        return Sql.of(" FROM ")
                .add(cover.blockTable())
                .add(" JOIN " + table + " u ON u.span = e.span AND u.time = e.time"
                        + (this.bySeries || !this.ofSeries.isEmpty()
                                ? " JOIN telemetry_series s ON s.id = u.series" + joinProcess()
                                : ""))
                .where(all);
    }

    private static Sql records(RollupCover cover) {
        return Sql.of(" FROM ").add(cover.recordTable());
    }

    private List<Sql> conditions(RollupCover cover) {
        List<Sql> conditions = new ArrayList<>(this.ofRecords);
        if (!cover.hasBlocks()) {
            conditions.addAll(this.ofTime);
        }
        return conditions;
    }

    private String joinProcess() {
        return this.byProcess ? " JOIN telemetry_process p ON p.id = s.process" : "";
    }

    private String joinReading() {
        return this.byReading
                ? " JOIN telemetry_reading g ON g.process = r.process AND g.id = r.reading"
                        + " AND g.day = (r.time AT TIME ZONE 'UTC')::date"
                : "";
    }
}
