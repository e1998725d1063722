package org.cloudmesh.ai.telemetry.store.query;

import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/** A record that is already in memory, as a row. */
public record MemoryRecordView(TelemetryRecord record) implements RecordView {

    @Override
    public long timestampMicros() {
        return this.record.timestampMicros();
    }

    @Override
    public String command() {
        return this.record.origin().command();
    }

    @Override
    public @Nullable String run() {
        return this.record.origin().run();
    }

    @Override
    public String status() {
        return this.record.status().value();
    }

    @Override
    public @Nullable String event() {
        return this.record.event();
    }

    @Override
    public double metric(String name) {
        for (int i = 0; i < this.record.metricCount(); i++) {
            if (this.record.metricName(i).equals(name)) {
                return this.record.metricValue(i);
            }
        }
        return Double.NaN;
    }

    @Override
    public void metrics(MetricVisitor visitor) {
        for (int i = 0; i < this.record.metricCount(); i++) {
            visitor.visit(this.record.metricName(i), this.record.metricValue(i));
        }
    }

    @Override
    public @Nullable String attribute(String key) {
        return this.record.attributes().get(key);
    }

    @Override
    public void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor) {
        this.record.attributes().forEach((key, value) -> visitor.accept(key, wanted.test(key) ? value : null));
    }

    @Override
    public @Nullable String message() {
        return this.record.message();
    }

    @Override
    public @Nullable Map<String, @Nullable Object> system() {
        return this.record.reading();
    }
}
