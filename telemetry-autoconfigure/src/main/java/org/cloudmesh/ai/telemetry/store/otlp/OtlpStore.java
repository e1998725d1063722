package org.cloudmesh.ai.telemetry.store.otlp;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogLimits;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeName;
import org.cloudmesh.ai.telemetry.store.RecordSize;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;

/**
 * Hands records on as log records of OpenTelemetry: the event is the event's name, the message the body, attributes
 * stay as they are, each metric is an attribute of its name, after {@code telemetry.metric.} where an attribute has
 * that name too. What a record has beside is under {@code telemetry.*}; a batch that failed comes again, so a reader
 * tells records by {@code telemetry.id}.
 */
final class OtlpStore implements TelemetryStore {

    private static final String SCOPE = "org.cloudmesh.ai.telemetry";

    private static final AttributeKey<String> ID = AttributeKey.stringKey("telemetry.id");

    private static final AttributeKey<String> NODE = AttributeKey.stringKey("telemetry.node");

    private static final AttributeKey<String> COMMAND = AttributeKey.stringKey("telemetry.command");

    private static final AttributeKey<String> RUN = AttributeKey.stringKey("telemetry.run");

    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("telemetry.status");

    private static final String METRIC = "telemetry.metric.";

    private static final long ANSWER_SECONDS = 15;

    private static final int AT_ONCE = 512;

    // Receivers of gRPC take four megabytes by default.
    private static final long BYTES_AT_ONCE = 2 << 20;

    private final Supplier<LogRecordExporter> exporters;

    private final List<LogRecordData> made = new ArrayList<>();

    private final SdkLoggerProvider provider;

    private final Logger logger;

    private final @Nullable String node;

    private final boolean owned;

    private @Nullable LogRecordExporter exporter;

    OtlpStore(Supplier<LogRecordExporter> exporters, boolean owned, Resource resource, @Nullable String node) {
        this.exporters = exporters;
        this.owned = owned;
        this.node = node;
        // The SDK makes log records only for a processor.
        this.provider = SdkLoggerProvider.builder()
                .setResource(resource)
                // The recorder has limits of its own; what is in the local file arrives as a whole.
                .setLogLimits(() -> LogLimits.builder()
                        .setMaxNumberOfAttributes(Integer.MAX_VALUE)
                        .build())
                .addLogRecordProcessor((context, record) -> this.made.add(record.toLogRecordData()))
                .build();
        this.logger = this.provider.get(SCOPE);
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public void open() throws StoreException {
        if (this.exporter == null) {
            try {
                this.exporter = this.exporters.get();
            } catch (RuntimeException ex) {
                throw failure(ex);
            }
        }
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        LogRecordExporter exporter = this.exporter;
        if (exporter == null) {
            throw new StoreException(Remedy.REOPEN, "there is no exporter yet", null);
        }
        long bytes = 0;
        this.made.clear();
        for (TelemetryRecord record : batch) {
            bytes += RecordSize.of(record);
            if (!this.made.isEmpty() && (this.made.size() == AT_ONCE || bytes > BYTES_AT_ONCE)) {
                send(exporter);
                bytes = RecordSize.of(record);
            }
            make(record);
        }
        send(exporter);
    }

    private void send(LogRecordExporter exporter) throws StoreException {
        if (this.made.isEmpty()) {
            return;
        }
        CompletableResultCode result = exporter.export(List.copyOf(this.made)).join(ANSWER_SECONDS, TimeUnit.SECONDS);
        this.made.clear();
        if (!result.isSuccess()) {
            throw failure(result.getFailureThrowable());
        }
    }

    private void make(TelemetryRecord record) {
        LogRecordBuilder log = this.logger
                .logRecordBuilder()
                .setTimestamp(record.timestampMicros(), TimeUnit.MICROSECONDS)
                .setObservedTimestamp(record.timestampMicros(), TimeUnit.MICROSECONDS)
                .setSeverity(record.status().equals(Status.FAILED) ? Severity.ERROR : Severity.INFO)
                .setContext(context(record));
        if (record.event() != null) {
            log.setEventName(record.event());
        }
        if (record.message() != null) {
            log.setBody(record.message());
        }
        record.attributes().forEach((key, value) -> log.setAttribute(AttributeKey.stringKey(key), value));
        for (int i = 0; i < record.metricCount(); i++) {
            String name = record.metricName(i);
            // A log record has one value of a name.
            String key = record.attributes().containsKey(name) ? METRIC + name : name;
            log.setAttribute(AttributeKey.doubleKey(key), record.metricValue(i));
        }
        log.setAttribute(ID, record.id());
        log.setAttribute(NODE, NodeName.of(this.node, record.origin()));
        log.setAttribute(COMMAND, record.origin().command());
        log.setAttribute(STATUS, record.status().value());
        if (record.origin().run() != null) {
            log.setAttribute(RUN, record.origin().run());
        }
        log.emit();
    }

    private static Context context(TelemetryRecord record) {
        String trace = record.attributes().get("trace_id");
        String span = record.attributes().get("span_id");
        SpanContext context = trace == null || span == null
                ? SpanContext.getInvalid()
                : SpanContext.create(trace, span, TraceFlags.getDefault(), TraceState.getDefault());
        return context.isValid() ? Context.root().with(Span.wrap(context)) : Context.root();
    }

    private static StoreException failure(@Nullable Throwable cause) {
        ReceiverAnswer answer = ReceiverAnswer.of(cause);
        if (answer != null) {
            return new StoreException(
                    answer.blamesRecords() ? Remedy.RECORD : Remedy.RETRY,
                    ("The OTLP receiver does not take records: it answered " + answer.code() + " " + answer.text())
                                    .strip()
                            + answer.help(),
                    cause);
        }
        String message = cause == null || cause.getMessage() == null ? "no answer came" : cause.getMessage();
        return new StoreException(Remedy.RETRY, "The OTLP receiver does not take records: " + message, cause);
    }

    @Override
    public void close() {
        this.made.clear();
        LogRecordExporter exporter = this.exporter;
        this.exporter = null;
        if (exporter != null && this.owned) {
            exporter.shutdown();
        }
    }
}
