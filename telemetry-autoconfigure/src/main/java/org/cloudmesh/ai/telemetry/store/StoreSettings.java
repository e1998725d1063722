package org.cloudmesh.ai.telemetry.store;

import java.nio.file.Path;
import java.time.Clock;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.jspecify.annotations.Nullable;

/**
 * What a store is made from.
 *
 * @param path of the file, absolute; null for a backend that was given none and has no default
 * @param retention how much is kept
 * @param clock tells the age of records
 */
public record StoreSettings(@Nullable Path path, Retention retention, Clock clock) {}
