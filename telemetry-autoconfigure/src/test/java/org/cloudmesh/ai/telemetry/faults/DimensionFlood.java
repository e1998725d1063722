package org.cloudmesh.ai.telemetry.faults;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;

/** A process with an identifier in each of its records' statuses, events and keys, and metrics picked at random. */
final class DimensionFlood {

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private DimensionFlood() {}

    /** Starts with the backend, the path and the number of records. */
    public static void main(String[] arguments) throws Exception {
        int records = Integer.parseInt(arguments[2]);
        Random random = new Random(44);
        try (Telemetry telemetry = Telemetry.builder()
                .backend(arguments[0])
                .path(arguments[1])
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .queue(new TelemetrySettings.Queue(1 << 14, 4 << 20, WhenFull.BLOCK, Duration.ofSeconds(30)))
                .build()) {
            say("ready");
            for (int i = 0; i < records; i++) {
                RecordBuilder record = telemetry
                        .record()
                        .status(Status.of("status-" + i))
                        .event("event-" + i)
                        .attribute("key-" + i, i);
                int picked = 1 + random.nextInt((1 << 20) - 1);
                for (int metric = 0; metric < 20; metric++) {
                    if ((picked >> metric & 1) != 0) {
                        record.metric("metric-" + metric, i);
                    }
                }
                record.emit();
            }
            telemetry.flush(Duration.ofSeconds(60));
            StoreStatus status = ((PipelineView) telemetry).stores().get(0);
            Map<String, Long> normalised = new TreeMap<>(status.normalised());
            say("written " + status.accepted() + " " + status.written());
            say("normalised " + normalised);
        }
    }

    private static void say(String line) throws IOException {
        OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
