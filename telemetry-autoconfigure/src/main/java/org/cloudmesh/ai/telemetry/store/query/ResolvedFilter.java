package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordFilter.AnyValueCondition;
import org.cloudmesh.ai.telemetry.store.RecordFilter.Condition;
import org.cloudmesh.ai.telemetry.store.RecordFilter.LabelCondition;
import org.cloudmesh.ai.telemetry.store.RecordFilter.Verdict;
import org.cloudmesh.ai.telemetry.store.rollup.AttributePostings;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.rollup.Series;
import org.cloudmesh.ai.telemetry.store.rollup.SeriesCatalog;
import org.jspecify.annotations.Nullable;

/**
 * What a filter means for the series of a segment: of which ones all records are chosen, and of which ones only the
 * records tell. Asked once for each series, so that blocks and records need only look at the id. Two bits a series,
 * however many there are.
 */
public final class ResolvedFilter {

    // Each is looked up for itself.
    private static final int MOST_VALUES = 256;

    private final RecordFilter filter;

    private final RecordMatcher matcher;

    private final SeriesCatalog catalog;

    // Null when every series is wholly chosen.
    private @Nullable BitSet whole;

    private final BitSet partial = new BitSet();

    // All of whose records pass: whole ones, and those that are chosen in part since only records tell their group.
    private final BitSet passing = new BitSet();

    private final BitSet groups = new BitSet();

    // Those that do not decide for each partly chosen series.
    private final Set<Condition> undecided = new LinkedHashSet<>();

    // Those that decide for no partly chosen series; null before there is one.
    private @Nullable Set<Condition> required;

    private int series;

    private int chosen;

    private boolean all = true;

    private boolean partialByGroups;

    private final boolean byGroup;

    /**
     * Resolves a filter.
     *
     * @param metric only series that have it are of interest; null for all
     * @param by what groups are made by, if any
     */
    ResolvedFilter(
            RecordMatcher matcher,
            RecordFilter filter,
            SeriesCatalog catalog,
            @Nullable String metric,
            @Nullable Dimension by) {
        this.filter = filter;
        this.matcher = matcher;
        this.catalog = catalog;
        boolean byAttribute = by != null && by.attribute() != null;
        boolean alike = !matcher.choosesSeries() && by == null;
        this.byGroup = matcher.choosesGroups() && !byAttribute && (alike || !catalog.isLarge());
        if (matcher.choosesSeries() || byAttribute || ((metric != null || by != null) && !catalog.isLarge())) {
            BitSet whole = new BitSet();
            NamePattern wanted = metric == null ? null : NamePattern.exactly(metric);
            catalog.forEach((series) -> resolve(series, whole, wanted, by));
            this.whole = this.chosen == this.series && this.partial.isEmpty() ? null : whole;
        }
    }

    private void resolve(Series series, BitSet whole, @Nullable NamePattern metric, @Nullable Dimension by) {
        this.series++;
        Verdict verdict = this.filter.decide(series);
        if (verdict == Verdict.YES) {
            this.passing.set(series.id());
        }
        if (verdict == Verdict.YES && by != null && by.attribute() != null && !series.fixes(by.attribute())) {
            verdict = Verdict.UNKNOWN;
            this.partialByGroups = true;
        }
        if (verdict != Verdict.YES) {
            this.all = false;
        }
        if (verdict == Verdict.NO) {
            return;
        }
        if (this.byGroup && series.id() == series.group()) {
            this.groups.set(series.id());
        }
        if (metric == null || series.has(metric)) {
            this.chosen++;
            if (verdict == Verdict.YES) {
                whole.set(series.id());
            } else {
                this.partial.set(series.id());
                Set<Condition> undecided = new LinkedHashSet<>(this.filter.conditions());
                undecided.removeIf((condition) -> condition.decide(series) != Verdict.UNKNOWN);
                this.undecided.addAll(undecided);
                if (this.required == null) {
                    this.required = undecided;
                } else {
                    this.required.retainAll(undecided);
                }
            }
        }
    }

    /** Returns the filter. */
    public RecordFilter filter() {
        return this.filter;
    }

    /** Returns the first microsecond of the range, since 1970. */
    public long from() {
        return this.matcher.from();
    }

    /** Returns the first microsecond after the range, since 1970. */
    public long to() {
        return this.matcher.to();
    }

    /** Returns whether each series is wholly chosen, so that none need be told from others. */
    public boolean everySeries() {
        return this.whole == null;
    }

    /** Returns whether any series is chosen in part, so that its records must be looked at. */
    public boolean hasPartial() {
        return !this.partial.isEmpty();
    }

    /**
     * Returns conditions of which a chosen record passes at least one when its series is chosen in part; empty when
     * groups are why any series is.
     */
    public Set<Condition> undecided() {
        return this.partialByGroups ? Set.of() : this.undecided;
    }

    /**
     * Returns what is known of the attributes that a chosen record carries itself, when its series is chosen in part:
     * of each array, it has one of the hashes ({@link AttributePostings#hash}). Empty when nothing is known.
     */
    public List<int[]> carriedHashes() {
        List<int[]> all = new ArrayList<>();
        if (this.partialByGroups || this.required == null) {
            return all;
        }
        for (Condition condition : this.required) {
            int[] hashes = hashes(condition);
            if (hashes.length > 0) {
                all.add(hashes);
            }
        }
        if (all.isEmpty() && this.required.isEmpty()) {
            List<int[]> any =
                    this.undecided.stream().map(ResolvedFilter::hashes).toList();
            if (any.stream().allMatch((hashes) -> hashes.length > 0)) {
                all.add(any.stream().flatMapToInt(Arrays::stream).toArray());
            }
        }
        return all;
    }

    /** Returns the hashes of which a record that passes has one; none when only a look at it can tell. */
    private static int[] hashes(Condition condition) {
        if (condition instanceof LabelCondition label
                && label.dimension().kind() == Dimension.Kind.ATTRIBUTE
                && !label.value().prefix()) {
            return new int[] {
                AttributePostings.hash(
                        String.valueOf(label.dimension().attribute()),
                        label.value().text())
            };
        }
        if (condition instanceof AnyValueCondition any && any.values().size() <= MOST_VALUES) {
            return any.values().stream()
                    .mapToInt((value) -> AttributePostings.hash(any.attribute(), value))
                    .toArray();
        }
        return new int[0];
    }

    /**
     * Returns whether only records can tell whether they are chosen: no series is chosen wholly, or the machine's state
     * is asked for.
     */
    public boolean onlyRecordsTell() {
        return !hasWhole() || this.matcher.choosesBySystem();
    }

    /** Returns whether any series is wholly chosen. */
    public boolean hasWhole() {
        return this.whole == null || !this.whole.isEmpty();
    }

    /** Returns how many series are wholly chosen, when not {@link #everySeries()}. */
    public int wholeCount() {
        return this.chosen - partialCount();
    }

    /** Returns how many series are chosen in part. */
    public int partialCount() {
        return this.partial.cardinality();
    }

    /** Shows the ids of the series that are wholly chosen, when not {@link #everySeries()}. */
    public void forEachWhole(IntConsumer visitor) {
        if (this.whole != null) {
            this.whole.stream().forEach(visitor);
        }
    }

    /** Shows the ids of the series that are chosen in part. */
    public void forEachPartial(IntConsumer visitor) {
        this.partial.stream().forEach(visitor);
    }

    /** Returns whether all records of a series are chosen, times and the machine's state aside. */
    public boolean isWhole(int series) {
        return this.whole == null || this.whole.get(series);
    }

    /** Returns whether some records of a series may be chosen. */
    public boolean isPartial(int series) {
        return this.partial.get(series);
    }

    boolean isChosen(int series) {
        return isWhole(series) || isPartial(series);
    }

    SeriesCatalog catalog() {
        return this.catalog;
    }

    RecordMatcher matcher() {
        return this.matcher;
    }

    /** Returns whether every record in the range is chosen, those without the metric of interest included. */
    boolean all() {
        return this.all && !this.matcher.choosesBySystem();
    }

    /** Returns whether no series is chosen. */
    boolean isEmpty() {
        return this.whole != null && this.chosen == 0;
    }

    /** Returns whether what is asked for concerns only what the series of a group have in common. */
    boolean byGroup() {
        return this.byGroup;
    }

    /** Returns whether so few series are chosen that many blocks may have none. */
    public boolean isRare() {
        return this.whole != null && 8L * this.chosen <= this.series;
    }

    /** Returns whether a roll-up's entry of values, which may be that of a group, is chosen. */
    boolean isChosenEntry(int entry) {
        return isWhole(entry) || this.groups.get(entry);
    }

    /** Returns whether a record is chosen. */
    boolean matches(RecordView record) {
        int series = record.series();
        if (series == 0) {
            return this.matcher.matches(record);
        }
        return this.matcher.inRange(record.timestampMicros())
                && (isWhole(series)
                        || (isPartial(series) && (this.passing.get(series) || this.filter.matches(record))));
    }
}
