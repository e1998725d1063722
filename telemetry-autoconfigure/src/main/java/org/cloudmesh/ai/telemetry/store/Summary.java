package org.cloudmesh.ai.telemetry.store;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is known of some records without looking at each, by kind. Used by one thread. */
public interface Summary {

    /** What records have in common: command, run, status, event, which metrics there are, and some attributes. */
    interface Kind extends Labels {

        /** Returns whether the records agree in that attribute; if not, only the records can tell. */
        boolean agreesIn(String attribute);

        /** Returns the attributes that all of the records have, with the same values. */
        Map<String, String> attributes();
    }

    /** Shows the kinds, how many records each has and when. */
    void counts(CountVisitor visitor);

    /** Returns the names of all metrics. */
    Collection<String> metrics();

    /** Adds the values that a metric has in all records. */
    void addTo(String metric, Distribution distribution);

    /**
     * Adds the values that a metric has in some records.
     *
     * @param metric the name
     * @param target returns what the values of a kind, which has the metric, are added to; null when they are left out
     */
    void addTo(String metric, Function<Kind, @Nullable Distribution> target);

    /** Is given kinds. */
    @FunctionalInterface
    interface CountVisitor {

        /** Takes a kind; times are in microseconds since 1970. */
        void visit(Kind kind, long count, long first, long last);
    }
}
