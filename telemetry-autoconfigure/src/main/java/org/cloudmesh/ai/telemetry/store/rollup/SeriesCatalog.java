package org.cloudmesh.ai.telemetry.store.rollup;

import java.util.function.Consumer;

/** The series of some records, and the names of their metrics, both by ids from 1. As of one moment. */
public interface SeriesCatalog {

    /** Has no series. */
    SeriesCatalog EMPTY = new SeriesCatalog() {
        @Override
        public void forEach(Consumer<? super Series> visitor) {}

        @Override
        public Series series(int id) {
            throw new IllegalArgumentException("There is no series " + id);
        }

        @Override
        public int metric(String name) {
            return 0;
        }

        @Override
        public String metric(int id) {
            throw new IllegalArgumentException("There is no metric " + id);
        }
    };

    /** Shows all series, in the order of their ids. They need not be in memory all at once. */
    void forEach(Consumer<? super Series> visitor);

    /** Returns whether there are so many series that going over them costs much, and their groups are not known. */
    default boolean isLarge() {
        return false;
    }

    /** Returns the series of an id. */
    Series series(int id);

    /** Returns the id of a metric; 0 when there is none of that name. */
    int metric(String name);

    /** Returns the name of a metric. */
    String metric(int id);
}
