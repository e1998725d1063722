package org.cloudmesh.ai.telemetry.store.postgresql;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.jspecify.annotations.Nullable;

/**
 * How far the roll-ups of a block tell records apart, the least first. Those of more than one series stand under one of
 * them: it has in common with the others what a question of this level asks for.
 */
enum RollupLevel {
    /** All records. */
    ALL("-all", "true"),

    /** The records of a status, those of all processes. */
    STATUS("-status", "s.status", Dimension.Kind.STATUS),

    /** The records of a process that have one status. */
    PROCESS(
            "-process",
            "s.process, s.status",
            Dimension.Kind.STATUS,
            Dimension.Kind.NODE,
            Dimension.Kind.COMMAND,
            Dimension.Kind.RUN),

    /** The records of a series. */
    SERIES("", "s.id", Dimension.Kind.values());

    private final String suffix;

    private final String columns;

    private final Set<Dimension.Kind> told;

    RollupLevel(String suffix, String columns, Dimension.Kind... told) {
        this.suffix = suffix;
        this.columns = columns;
        this.told = Set.of(told);
    }

    /** Returns the least level that tells apart what a question does; only records tell of attributes. */
    static RollupLevel of(RecordFilter filter, @Nullable Dimension by) {
        Set<Dimension.Kind> asked = EnumSet.noneOf(Dimension.Kind.class);
        if (by != null) {
            asked.add(by.kind());
        }
        for (RecordFilter.Condition condition : filter.conditions()) {
            if (!(condition instanceof RecordFilter.LabelCondition label)) {
                return SERIES;
            }
            asked.add(label.dimension().kind());
        }
        return Arrays.stream(values())
                .filter((level) -> level.told.containsAll(asked))
                .findFirst()
                .orElse(SERIES);
    }

    /** Returns the next level that tells less apart; {@link #ALL} has none. */
    RollupLevel coarser() {
        return values()[ordinal() - 1];
    }

    /** Returns the name of a span of this level, as it is written in the tables. */
    String key(String span) {
        return span + this.suffix;
    }

    /** Returns what its roll-ups have in common, as columns of a series {@code s}. */
    String columns() {
        return this.columns;
    }
}
