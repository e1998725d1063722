package org.cloudmesh.ai.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Records nothing. One instance serves everybody, as none of it holds state. */
final class DisabledTelemetry implements Telemetry {

    static final DisabledTelemetry INSTANCE = new DisabledTelemetry();

    private DisabledTelemetry() {}

    @Override
    public void emit(@Nullable String metric, double value, @Nullable Status status) {}

    @Override
    public void emit(@Nullable Map<String, ? extends @Nullable Number> metrics, @Nullable Status status) {}

    @Override
    public RecordBuilder record() {
        return Nothing.INSTANCE;
    }

    @Override
    public Tracking track(String name) {
        return Nothing.INSTANCE;
    }

    @Override
    public boolean flush(Duration timeout) {
        return true;
    }

    @Override
    public void close() {}

    /** A record and a tracking that go nowhere. */
    private static final class Nothing implements RecordBuilder, Tracking {

        private static final Nothing INSTANCE = new Nothing();

        @Override
        public RecordBuilder event(@Nullable String event) {
            return this;
        }

        @Override
        public Nothing metric(@Nullable String name, double value) {
            return this;
        }

        @Override
        public Nothing metric(@Nullable String name, @Nullable Number value) {
            return this;
        }

        @Override
        public RecordBuilder metrics(@Nullable Map<String, ? extends @Nullable Number> metrics) {
            return this;
        }

        @Override
        public Nothing attribute(@Nullable String key, @Nullable Object value) {
            return this;
        }

        @Override
        public Nothing message(@Nullable String message) {
            return this;
        }

        @Override
        public RecordBuilder status(@Nullable Status status) {
            return this;
        }

        @Override
        public RecordBuilder timestamp(@Nullable Instant timestamp) {
            return this;
        }

        @Override
        public RecordBuilder unmetered() {
            return this;
        }

        @Override
        public void emit() {}

        @Override
        public CompletableFuture<@Nullable Void> emitDurably() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void firstElement() {}

        @Override
        public void complete() {}

        @Override
        public void fail(@Nullable Throwable error) {}

        @Override
        public void cancel() {}

        @Override
        public void close() {}
    }
}
