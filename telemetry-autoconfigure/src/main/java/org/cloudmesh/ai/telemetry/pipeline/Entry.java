package org.cloudmesh.ai.telemetry.pipeline;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.RecordSize;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.jspecify.annotations.Nullable;

/**
 * What a caller handed in, on its way to the writer. The base holds one metric alone, so that the commonest call costs
 * one small object.
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

        /** In the order of {@link TextField#ALL}, or empty when there are none. */
        final @Nullable String[] texts;

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
                @Nullable String[] texts,
                Set<String> mended,
                boolean metered,
                @Nullable CompletableFuture<@Nullable Void> acknowledgement) {
            super(timestamp, status, system, null, Double.NaN);
            this.event = event;
            this.names = names;
            this.values = values;
            this.attributes = attributes;
            this.texts = texts;
            this.mended = mended;
            this.metered = metered;
            this.acknowledgement = acknowledgement;
            this.bytes = estimate();
        }

        private int estimate() {
            long bytes = RecordSize.ofText(this.event);
            for (String text : this.texts) {
                bytes += RecordSize.ofText(text);
            }
            for (String name : this.names) {
                bytes += RecordSize.ofMetric(name);
            }
            for (int i = 0; i < this.attributes.length; i += 2) {
                bytes += RecordSize.ofAttribute(this.attributes[i], this.attributes[i + 1]);
            }
            return bytes <= SMALL ? 0 : (int) Math.min(bytes, Integer.MAX_VALUE);
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
