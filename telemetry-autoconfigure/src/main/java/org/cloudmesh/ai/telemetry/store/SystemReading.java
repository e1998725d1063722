package org.cloudmesh.ai.telemetry.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The machine's state at a moment.
 *
 * @param at microseconds since 1970: when it was read, or the time of a record that carries it: the first one, unless
 *     there are so many readings that some are left out
 * @param system fields of the record's {@code system} object
 */
public record SystemReading(long at, Map<String, @Nullable Object> system) {}
