package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.List;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Loads what the beans consist of while the application still reads its configuration, on Boot's thread for such work: that
 * takes longer than to create them. Boot does without where there is one CPU.
 */
final class TelemetryPreinitializer implements BackgroundPreinitializer {

    static final String PACKAGE = "org.cloudmesh.ai.telemetry.";

    /** In the order in which they are needed. */
    static final List<String> TYPES = List.of(
            "autoconfigure.TrackedAdvisor",
            "autoconfigure.TelemetryProperties",
            "autoconfigure.TelemetryObservationProperties",
            "pipeline.TelemetryAssembly",
            "store.jdbc.SqliteStoreFactory",
            "store.jsonl.JsonlStoreFactory",
            "store.memory.MemoryStoreFactory",
            "store.text.TextStoreFactory",
            "store.jdbc.SqliteStore",
            "store.jdbc.SqliteSource",
            "store.jdbc.DatabaseFile",
            "store.json.ForeignRecords",
            "context.MachineContextSource",
            "context.Identity",
            "context.Sampler",
            "context.LinuxMachineProbe",
            "context.CgroupProbe",
            "context.GpuProbe",
            "context.SysfsDriver",
            "pipeline.RecordingTelemetry",
            "pipeline.RecordQueue",
            "pipeline.Normaliser",
            "pipeline.Masking",
            "pipeline.Writer",
            "pipeline.Lane",
            "ai.AiRecorder",
            "ai.PriceTable",
            "ai.TelemetryObservationHandler",
            "ai.GenericReader",
            "store.TelemetryReader",
            "actuate.TelemetryEndpoint",
            "actuate.TelemetryEndpointWebExtension",
            "actuate.TelemetryHealthIndicator",
            "actuate.TelemetryHeaderFilter",
            "micrometer.PipelineMetrics",
            "micrometer.PipelineMeter",
            "micrometer.SystemMetrics",
            "micrometer.SystemMeter",
            "micrometer.MeterBridge",
            "micrometer.WriteTimer");

    @Override
    public void preinitialize() {
        load(getClass().getClassLoader());
    }

    static void load(ClassLoader loader) {
        for (String type : TYPES) {
            load(PACKAGE + type, loader);
        }
    }

    private static void load(String type, ClassLoader loader) {
        try {
            Class.forName(type, true, loader);
        } catch (ClassNotFoundException | LinkageError ex) {
            // Where a library is missing, the part that needs it is not used either.
            return;
        }
    }
}
