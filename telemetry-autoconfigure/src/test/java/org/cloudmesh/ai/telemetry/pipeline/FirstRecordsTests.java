package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracking;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program that is over in a moment leaves in its file. */
class FirstRecordsTests {

    @TempDir
    Path directory;

    @Test
    void recordsFromBeforeTheFirstReadingSayWhichMachineItWas() throws Exception {
        Path file = this.directory.resolve("telemetry.jsonl");
        try (Telemetry telemetry =
                Telemetry.builder().backend("jsonl").path(file.toString()).build()) {
            telemetry.emit("accuracy", 0.92);
        }
        assertThat(RecordJson.read(Files.readString(file).strip()).get("system"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsKeys("cpu", "cpu_percent", "memory_used", "gpus")
                .containsEntry("cpu_count", (long) Runtime.getRuntime().availableProcessors());
    }

    @Test
    void aFailureThatNobodyKnowsIsAFailure() throws Exception {
        Path file = this.directory.resolve("telemetry.jsonl");
        try (Telemetry telemetry = Telemetry.builder()
                        .backend("jsonl")
                        .path(file.toString())
                        .build();
                Tracking tracking = telemetry.track("batch")) {
            tracking.fail(null);
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(RecordJson.read(lines.get(1))).containsEntry("status", "failed");
        assertThat(RecordJson.read(lines.get(1)))
                .extractingByKey("attributes", InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("error.type", "unknown")
                .containsOnlyKeys("error.type", "trace_id", "span_id");
    }
}
