package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordMatcher;
import org.cloudmesh.ai.telemetry.store.RecordMatcher.Verdict;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.jspecify.annotations.Nullable;

/** What a filter means in terms of kinds and row ids. */
final class ResolvedFilter {

    /** More kinds than that are not listed in SQL. */
    private static final int MOST_LISTED = 500;

    private final RecordFilter filter;

    private final long from;

    private final long to;

    private final Map<Integer, Kind> whole = new HashMap<>();

    private final Map<Integer, Kind> partial = new HashMap<>();

    private final Map<Integer, Kind> groups = new HashMap<>();

    private final boolean byGroup;

    private final String readings;

    private final boolean allKinds;

    /** Whether of every partly chosen kind some rows may not be chosen. */
    private boolean rowsTell = true;

    private boolean narrowed;

    /**
     * Resolves a filter.
     *
     * @param kinds all there are
     * @param by what groups are made by, if any
     */
    ResolvedFilter(RecordFilter filter, List<Kind> kinds, @Nullable Dimension by) {
        this.filter = filter;
        this.byGroup = filter.conditions().stream().allMatch(RecordFilter.Condition::concernsGroups)
                && filter.system().isEmpty()
                && (by == null || by.kind() != Dimension.Kind.ATTRIBUTE);
        this.from = filter.from() == null ? 0 : RowIds.bound(RecordMatcher.micros(filter.from()));
        this.to = filter.to() == null ? Long.MAX_VALUE : RowIds.bound(RecordMatcher.micros(filter.to()));
        this.readings = ReadingCondition.of(filter.system());
        for (Kind kind : kinds) {
            Verdict verdict = filter.decide(new KindLabels(kind));
            if (verdict != Verdict.NO) {
                boolean rows = verdict == Verdict.UNKNOWN || variesIn(kind, by);
                (rows ? this.partial : this.whole).put(kind.id(), kind);
                this.rowsTell &= !rows || verdict == Verdict.UNKNOWN;
                if (this.byGroup && kind.id() == kind.group()) {
                    this.groups.put(kind.id(), kind);
                }
            }
        }
        this.allKinds = this.whole.size() == kinds.size();
    }

    /** Narrows to kinds that have a metric. Whether every record is chosen stays, as far as that metric goes. */
    ResolvedFilter having(String metric) {
        this.narrowed = this.whole.values().removeIf((kind) -> kind.shape().indexOf(metric) < 0);
        this.partial.values().removeIf((kind) -> kind.shape().indexOf(metric) < 0);
        return this;
    }

    RecordFilter filter() {
        return this.filter;
    }

    long from() {
        return this.from;
    }

    long to() {
        return this.to;
    }

    /** Returns whether every record in the range is chosen. */
    boolean all() {
        return this.allKinds && this.readings.isEmpty();
    }

    /** Returns whether only rows can tell what is chosen, since cells know nothing of readings. */
    boolean rowsOnly() {
        return !this.readings.isEmpty();
    }

    /** Returns the kinds all of whose records are chosen, if their readings are. */
    Map<Integer, Kind> whole() {
        return this.whole;
    }

    /** Returns the kinds whose records must be looked at one by one. */
    Map<Integer, Kind> partial() {
        return this.partial;
    }

    /** Returns whether what is asked for concerns only what the kinds of a group have in common. */
    boolean byGroup() {
        return this.byGroup;
    }

    /** Returns the kind, or the first of the group, that an entry of a cell stands for; null when it is not chosen. */
    @Nullable
    Kind entry(int id) {
        Kind kind = this.whole.get(id);
        return kind == null ? this.groups.get(id) : kind;
    }

    boolean isEmpty() {
        return (this.whole.isEmpty() && this.partial.isEmpty()) || this.from >= this.to;
    }

    /** Returns a condition on readings; SQLite looks at all of them each time that a query with it begins. */
    String readingCondition() {
        return this.readings;
    }

    /** Returns whether {@link #wholeCondition()} leaves no row of a kind that is not wholly chosen. */
    boolean tellsKinds() {
        return everyKind() || this.whole.size() <= MOST_LISTED;
    }

    private boolean everyKind() {
        return this.allKinds && !this.narrowed;
    }

    /** Returns a condition that chooses the wholly chosen kinds, or all of them; empty when it is none. */
    String wholeCondition() {
        return (everyKind() ? "" : listed(this.whole)) + this.readings;
    }

    /** Returns a condition that all chosen records pass, and few others. */
    String condition() {
        if (this.allKinds) {
            return "";
        }
        if (this.whole.isEmpty()) {
            return partialCondition();
        }
        return this.partial.isEmpty()
                ? listed(this.whole)
                : " AND ((1" + listed(this.whole) + ") OR (1" + partialCondition() + "))";
    }

    /** Returns a condition that all chosen records of partly chosen kinds pass, and few others. */
    String partialCondition() {
        List<RecordFilter.Condition> conditions = this.filter.conditions().stream()
                .filter((condition) -> this.partial.values().stream()
                        .anyMatch((kind) -> condition.decide(new KindLabels(kind)) == Verdict.UNKNOWN))
                .toList();
        // The text first: SQLite goes from left to right, and few rows are left to be looked up in the list of kinds.
        return this.rowsTell && !conditions.isEmpty()
                ? conditions.stream().map(RowCondition::of).collect(Collectors.joining(" OR ", " AND (", ")"))
                        + listed(this.partial)
                : listed(this.partial);
    }

    private static String listed(Map<Integer, Kind> kinds) {
        if (kinds.size() > MOST_LISTED) {
            return "";
        }
        StringBuilder list = new StringBuilder(" AND kind IN (");
        String separator = "";
        for (Integer kind : kinds.keySet()) {
            list.append(separator).append(kind);
            separator = ",";
        }
        return list.append(')').toString();
    }

    private static boolean variesIn(Kind kind, @Nullable Dimension by) {
        AttributeSet set = kind.attributes();
        return by != null
                && by.kind() == Dimension.Kind.ATTRIBUTE
                && set != null
                && set.mayVary(Objects.requireNonNull(by.attribute()));
    }
}
