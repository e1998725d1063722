package org.cloudmesh.ai.telemetry.benchmark;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;

/** The calls whose cost is measured: ours and those of peers. */
final class Subjects {

    private static final Sample SAMPLE = new Sample(1);

    /** Keeps the compiler from leaving out what has no other effect. */
    static volatile Object blackhole = "";

    private Subjects() {}

    static Subject of(String name) {
        return switch (name) {
            case "clock" -> clock();
            case "map" -> new Alone((i) -> blackhole = map(i));
            case "emit1" ->
                new Ours((telemetry, i) -> telemetry.emit("latency", SAMPLE.value(i, 0), Status.COMPLETED));
            case "emit5" -> new Ours((telemetry, i) -> telemetry.emit(map(i)));
            case "record5" -> new Ours(Subjects::record);
            case "micrometer1" -> micrometer(1);
            case "micrometer5" -> micrometer(5);
            case "jfr" -> new JavaFlightRecorder();
            case "opentelemetry" -> new OpenTelemetry();
            case "log4j" -> new AsyncLog4j();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Map<String, Double> map(int i) {
        return Map.of(
                Sample.NAMES[0],
                SAMPLE.value(i, 0),
                Sample.NAMES[1],
                SAMPLE.value(i, 1),
                Sample.NAMES[2],
                SAMPLE.value(i, 2),
                Sample.NAMES[3],
                SAMPLE.value(i, 3),
                Sample.NAMES[4],
                SAMPLE.value(i, 4));
    }

    private static void record(Telemetry telemetry, int i) {
        RecordBuilder record = telemetry.record();
        for (int m = 0; m < Sample.NAMES.length; m++) {
            record.metric(Sample.NAMES[m], SAMPLE.value(i, m));
        }
        record.emit();
    }

    private static Subject clock() {
        Clock clock = Clock.systemUTC();
        return new Alone((i) -> {
            Instant now = clock.instant();
            if (now.getNano() + i == -1) {
                blackhole = now;
            }
        });
    }

    private static Subject micrometer(int values) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        DistributionSummary[] summaries = new DistributionSummary[values];
        for (int m = 0; m < values; m++) {
            summaries[m] = registry.summary(Sample.NAMES[m]);
        }
        return new Alone((i) -> {
            for (int m = 0; m < summaries.length; m++) {
                summaries[m].record(SAMPLE.value(i, m));
            }
        });
    }

    /** A call that leaves nothing for another thread. */
    private record Alone(java.util.function.IntConsumer code) implements Subject {

        @Override
        public void call(int i) {
            this.code.accept(i);
        }
    }

    private static final class Ours implements Subject {

        private final Telemetry telemetry =
                Telemetry.builder().backend("none").command("benchmark").build();

        private final ObjIntConsumer<Telemetry> code;

        Ours(ObjIntConsumer<Telemetry> code) {
            this.code = code;
        }

        @Override
        public void call(int i) {
            this.code.accept(this.telemetry, i);
        }

        @Override
        public void settle() {
            if (!this.telemetry.flush(Duration.ofSeconds(10))) {
                throw new IllegalStateException("Records were lost");
            }
        }

        @Override
        public void close() {
            this.telemetry.close();
        }
    }

    private static final class JavaFlightRecorder implements Subject {

        private final Recording recording = new Recording();

        JavaFlightRecorder() {
            this.recording.enable(FiveValues.class);
            this.recording.start();
        }

        @Override
        public void call(int i) {
            FiveValues event = new FiveValues();
            event.latency = SAMPLE.value(i, 0);
            event.tokensPerSecond = SAMPLE.value(i, 1);
            event.gpuUtilisation = SAMPLE.value(i, 2);
            event.loss = SAMPLE.value(i, 3);
            event.tokens = SAMPLE.value(i, 4);
            event.commit();
        }

        @Override
        public void close() {
            this.recording.close();
        }
    }

    @Name("benchmark.FiveValues")
    @StackTrace(false)
    @SuppressWarnings("unused")
    private static final class FiveValues extends Event {

        double latency;

        double tokensPerSecond;

        double gpuUtilisation;

        double loss;

        double tokens;
    }

    private static final class OpenTelemetry implements Subject, LogRecordExporter {

        private final SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .addLogRecordProcessor(BatchLogRecordProcessor.builder(this)
                        .setMaxQueueSize(1 << 16)
                        .build())
                .build();

        private final Logger logger = this.provider.get("benchmark");

        private final AttributeKey<?>[] keys = new AttributeKey<?>[Sample.NAMES.length];

        OpenTelemetry() {
            for (int m = 0; m < this.keys.length; m++) {
                this.keys[m] = AttributeKey.doubleKey(Sample.NAMES[m]);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public void call(int i) {
            LogRecordBuilder record = this.logger.logRecordBuilder();
            for (int m = 0; m < this.keys.length; m++) {
                record.setAttribute((AttributeKey<Double>) this.keys[m], SAMPLE.value(i, m));
            }
            record.emit();
        }

        @Override
        public void settle() {
            this.provider.forceFlush().join(10, TimeUnit.SECONDS);
        }

        @Override
        public CompletableResultCode export(Collection<LogRecordData> records) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public void close() {
            this.provider.close();
        }
    }

    private static final class AsyncLog4j implements Subject {

        private final Log4j log4j = new Log4j(Path.of("/dev/null"));

        @Override
        public void call(int i) {
            this.log4j.log(SAMPLE, i);
        }

        @Override
        public void settle() {
            this.log4j.settle();
        }

        @Override
        public void close() {
            this.log4j.close();
        }
    }
}
