package org.cloudmesh.ai.telemetry.faults;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.micrometer.MeterBridge;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;

/** A process with an identifier in the names of its metrics and events. */
final class NameFlood {

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private NameFlood() {}

    /** Starts with the path and the number of names; says what it had on the heap after half of them and at the end. */
    public static void main(String[] arguments) throws Exception {
        int names = Integer.parseInt(arguments[1]);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        MeterBridge bridge = new MeterBridge(1000);
        bridge.bindTo(registry);
        TelemetrySettings settings = Telemetry.builder()
                .backend("sqlite")
                .path(arguments[0])
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .queue(new TelemetrySettings.Queue(1 << 14, 4 << 20, WhenFull.BLOCK, Duration.ofSeconds(30)))
                .settings();
        try (RecordingTelemetry telemetry =
                new DefaultTelemetryFactory(List.of(), List.of(bridge), List.of()).assemble(settings)) {
            say("ready");
            long early = 0;
            for (int i = 0; i < names; i++) {
                if (i == names / 2) {
                    telemetry.flush(Duration.ofSeconds(30));
                    early = heap();
                }
                telemetry.record().event("event-" + i).metric("name-" + i, i).emit();
            }
            telemetry.flush(Duration.ofSeconds(30));
            long late = heap();
            long found = telemetry.source().groups(RecordFilter.ALL, Deadline.none()).stream()
                    .mapToLong((group) -> group.count())
                    .sum();
            StoreStatus status = telemetry.stores().get(0);
            say("heap " + early + " " + late);
            say("records " + status.accepted() + " " + status.written() + " " + found);
            say("normalised " + status.normalised().getOrDefault("too-many-names", 0L));
            say("meters " + registry.getMeters().size() + " "
                    + (long) registry.get("telemetry.pipeline.meters.skipped")
                            .tag("reason", "limit")
                            .counter()
                            .count());
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void say(String line) throws IOException {
        OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
