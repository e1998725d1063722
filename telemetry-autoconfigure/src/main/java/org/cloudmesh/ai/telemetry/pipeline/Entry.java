package org.cloudmesh.ai.telemetry.pipeline;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a caller handed in, on its way to the writer. The base holds one metric alone, so that the commonest call costs one
 * small object.
 */
class Entry {

    /** Size up to which entries are bounded by their number alone. */
    static final int SMALL = 256;

    final long timestamp;

    final @Nullable Status status;

    final @Nullable Map<String, @Nullable Object> system;

    final @Nullable String name;

    final double value;

    Entry(
            long timestamp,
            @Nullable Status status,
            @Nullable Map<String, @Nullable Object> system,
            @Nullable String name,
            double value) {
        this.timestamp = timestamp;
        this.status = status;
        this.system = system;
        this.name = name;
        this.value = value;
    }

    /** Returns the bytes to charge against the queue's budget; 0 for a small entry. */
    int bytes() {
        return 0;
    }

    /** Returns about how many bytes the texts of a record take. */
    static long estimate(TelemetryRecord record) {
        long characters = length(record.event()) + length(record.message());
        for (int i = 0; i < record.metricCount(); i++) {
            characters += record.metricName(i).length() + 8;
        }
        for (Map.Entry<String, String> attribute : record.attributes().entrySet()) {
            characters += attribute.getKey().length() + attribute.getValue().length() + 8;
        }
        return 2 * characters;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    @Nullable
    CompletableFuture<@Nullable Void> acknowledgement() {
        return null;
    }

    /** An entry with all that a record can have. */
    static final class Rich extends Entry {

        final @Nullable String event;

        final @Nullable String[] names;

        final double[] values;

        /** Keys and values in turn. */
        final @Nullable String[] attributes;

        final @Nullable String message;

        /** {@link Reasons} for which the caller's thread already changed something. */
        final Set<String> mended;

        final boolean metered;

        private final int bytes;

        private final @Nullable CompletableFuture<@Nullable Void> acknowledgement;

        Rich(
                long timestamp,
                @Nullable Status status,
                @Nullable Map<String, @Nullable Object> system,
                @Nullable String event,
                @Nullable String[] names,
                double[] values,
                @Nullable String[] attributes,
                @Nullable String message,
                Set<String> mended,
                boolean metered,
                @Nullable CompletableFuture<@Nullable Void> acknowledgement) {
            super(timestamp, status, system, null, Double.NaN);
            this.event = event;
            this.names = names;
            this.values = values;
            this.attributes = attributes;
            this.message = message;
            this.mended = mended;
            this.metered = metered;
            this.acknowledgement = acknowledgement;
            this.bytes = estimate();
        }

        private int estimate() {
            // Two bytes a character and the arrays' slots: an upper bound that costs no look at the characters.
            long characters = length(this.event) + length(this.message);
            for (String name : this.names) {
                characters += length(name) + 8;
            }
            for (String attribute : this.attributes) {
                characters += length(attribute) + 4;
            }
            long estimate = 2 * characters;
            return estimate <= SMALL ? 0 : (int) Math.min(estimate, Integer.MAX_VALUE);
        }

        @Override
        int bytes() {
            return this.bytes;
        }

        @Override
        @Nullable
        CompletableFuture<@Nullable Void> acknowledgement() {
            return this.acknowledgement;
        }
    }
}
