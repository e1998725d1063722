package org.cloudmesh.ai.telemetry.store;

import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.store.rollup.Labels;
import org.jspecify.annotations.Nullable;

/** What the conditions of a filter look at in one record, its time and its reading aside. */
public interface FilterableRecord extends Labels {

    /**
     * Shows all attributes.
     *
     * @param wanted says of which keys the value is shown; best of those that have few values
     * @param visitor is given key and value, or null in place of a value that is not wanted
     */
    void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor);

    /** Returns the message, if any. */
    @Nullable
    String message();
}
