package org.cloudmesh.ai.telemetry.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;

/** What earlier runs of the application left in the file: always the same, some hours ago. */
final class PastRuns {

    static final String BASE = "calm-heron";

    static final String CANDIDATE = "brave-otter";

    /** Texts that would run as a script, or break the page, wherever text is taken for markup. */
    static final List<String> HOSTILE = List.of(
            "<script>window.hit=1</script>",
            "\"><img src=x onerror=\"window.hit=1\">",
            "<svg/onload=window.hit=1>",
            "'-window.hit=1-'",
            "javascript:window.hit=1",
            "</title></style></textarea><script>window.hit=1</script>",
            "{{constructor.constructor('window.hit=1')()}}",
            "<a href=\"javascript:window.hit=1\">x</a>",
            "&lt;script&gt;window.hit=1&lt;/script&gt;");

    /** Begin of the hour that the base run took; the candidate took the next one, hostile texts came in the third. */
    final Instant start = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(4));

    void write(Path file) {
        write(file, BASE, this.start, 1);
        write(file, CANDIDATE, this.start.plus(Duration.ofHours(1)), 1.5);
        try (Telemetry telemetry = telemetry(file, "hostile")) {
            Instant at = this.start.plus(Duration.ofHours(2));
            for (String text : HOSTILE) {
                at = at.plusSeconds(60);
                telemetry
                        .record()
                        .timestamp(at)
                        .event(text)
                        .metric(text, 1)
                        .attribute("note", text)
                        .attribute(text, text)
                        .attribute("gen_ai.request.model", text)
                        .metric("gen_ai.client.operation.duration", 0.5)
                        .message(text)
                        .status(Status.of(text))
                        .emit();
            }
        }
    }

    private static void write(Path file, String run, Instant start, double factor) {
        try (Telemetry telemetry = telemetry(file, run)) {
            telemetry
                    .record()
                    .timestamp(start.plusSeconds(5))
                    .event("model_load")
                    .metric("model_load_sec", 2.5 * factor)
                    .status(Status.COMPLETED)
                    .emit();
            Random noise = new Random(42);
            for (int i = 0; i < 600; i++) {
                Instant at = start.plusSeconds(6L * i);
                Status status = i % 15 == 14 ? Status.FAILED : Status.COMPLETED;
                double slowness = i > 380 && i < 440 ? 1.8 : 1;
                telemetry
                        .record()
                        .timestamp(at)
                        .event("inference")
                        .metric("inference_latency", factor * slowness * 0.09 * Math.exp(0.3 * noise.nextGaussian()))
                        .metric("tokens_per_sec", (45 + 4 * noise.nextGaussian()) / (factor * slowness))
                        .attribute(
                                "model", List.of("llama-3", "mistral", "phi-4").get(i % 3))
                        .status(status)
                        .emit();
                if (i % 10 == 0) {
                    call(telemetry, at.plusSeconds(1), i, noise);
                }
            }
        }
    }

    private static void call(Telemetry telemetry, Instant at, int i, Random noise) {
        int input = 600 + noise.nextInt(900);
        int output = 100 + noise.nextInt(300);
        telemetry
                .record()
                .timestamp(at)
                .event("gen_ai.client.operation")
                .metrics(Map.of(
                        "gen_ai.client.operation.duration",
                        1.2 * Math.exp(0.4 * noise.nextGaussian()),
                        "gen_ai.client.operation.time_to_first_chunk",
                        0.25 * Math.exp(0.3 * noise.nextGaussian()),
                        "gen_ai.usage.input_tokens",
                        input,
                        "gen_ai.usage.output_tokens",
                        output,
                        "gen_ai.usage.cost",
                        (0.4 * input + 1.6 * output) / 1e6))
                .attribute("gen_ai.request.model", i % 20 == 0 ? "gpt-5-mini" : "claude-sonnet")
                .status(i % 70 == 0 ? Status.FAILED : Status.COMPLETED)
                .emit();
    }

    private static Telemetry telemetry(Path file, String run) {
        return Telemetry.builder()
                .backend("sqlite")
                .path(file.toString())
                .command("semantic-search")
                .run(run)
                .build();
    }
}
