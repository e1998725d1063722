package org.cloudmesh.ai.telemetry;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One record in the making. Nothing here throws for bad input: what is wrong is mended or dropped, and counted, when
 * the record is emitted. Not thread-safe; use one builder for one record.
 */
public interface RecordBuilder {

    /** Names the milestone or operation that the record speaks of; null for none. */
    RecordBuilder event(@Nullable String event);

    /** Adds a metric; the last value of a name wins. A value that is no finite number leaves the record. */
    RecordBuilder metric(@Nullable String name, double value);

    /** Adds a metric; null is a value that is no finite number. */
    RecordBuilder metric(@Nullable String name, @Nullable Number value);

    /** Adds several metrics. */
    RecordBuilder metrics(@Nullable Map<String, ? extends @Nullable Number> metrics);

    /** Adds an attribute; the last value of a key wins, null leaves it out. */
    RecordBuilder attribute(@Nullable String key, @Nullable Object value);

    /** Sets a text for people. */
    RecordBuilder message(@Nullable String message);

    /** Sets the status; null is {@link Status#RECORDED}. */
    RecordBuilder status(@Nullable Status status);

    /** Sets the time of something that happened earlier; without it, the time is that of the emit. */
    RecordBuilder timestamp(@Nullable Instant timestamp);

    /** Keeps the record's metrics out of the meter registry, for values that something else meters already. */
    RecordBuilder unmetered();

    /** Hands the record over and returns at once. */
    void emit();

    /**
     * Hands the record over and tells when it is on disk (fsync included).
     *
     * @return completes when the record is on disk, or exceptionally with a {@link RecordDroppedException}; at once
     *     when telemetry is off or its backend is {@code none}. Dependents run on the writer's thread: keep them short
     */
    CompletableFuture<@Nullable Void> emitDurably();
}
