package org.cloudmesh.ai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.ai.EvaluationScores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.evaluation.EvaluationResponse;

/** What is recorded of a score. */
class ScoreTests {

    private final CapturingStore store = new CapturingStore();

    private final Telemetry telemetry = this.store.recorder();

    @AfterEach
    void close() {
        this.telemetry.close();
    }

    @Test
    void aScoreIsOneRecordAboutTheCallThatItNames() {
        this.telemetry
                .score("helpfulness", 0.8)
                .label("good")
                .explanation("thumbs up")
                .response("r-1")
                .emit();
        TelemetryRecord record = this.store.records(this.telemetry).get(0);
        assertThat(record.event()).isEqualTo("gen_ai.evaluation.result");
        assertThat(record.metrics()).containsExactly(Map.entry("gen_ai.evaluation.score.value", 0.8));
        assertThat(record.attributes())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gen_ai.evaluation.name", "helpfulness",
                        "gen_ai.evaluation.score.label", "good",
                        "gen_ai.evaluation.explanation", "thumbs up",
                        "gen_ai.response.id", "r-1"));
    }

    @Test
    void aScoreIsAboutTheTraceThatEnclosesItOrThatItNames() throws Exception {
        this.telemetry.track("answer", () -> {
            this.telemetry.score("relevance", 1).emit();
            this.telemetry.score("tone", 0.5).trace("t-1").span("s-1").emit();
            this.telemetry.score("length", 0.5).trace("t-2").emit();
        });
        List<TelemetryRecord> ends = this.store.ends(this.telemetry);
        Map<String, String> answer = ends.get(ends.size() - 1).attributes();
        List<TelemetryRecord> scores = ends.subList(0, 3);
        assertThat(scores.get(0).attributes())
                .containsEntry("trace_id", answer.get("trace_id"))
                .containsEntry("span_id", answer.get("span_id"));
        assertThat(scores.get(1).attributes())
                .containsEntry("trace_id", "t-1")
                .containsEntry("span_id", "s-1")
                .doesNotContainKey("parent_span_id");
        assertThat(scores.get(2).attributes()).containsEntry("trace_id", "t-2").doesNotContainKey("span_id");
    }

    @Test
    void aScoreThatIsNoNumberLeavesTheRecord() {
        this.telemetry.score("helpfulness", Double.NaN).label("unclear").emit();
        TelemetryRecord record = this.store.records(this.telemetry).get(0);
        assertThat(record.metrics()).isEmpty();
        assertThat(record.attributes())
                .containsEntry("invalid_metrics", "gen_ai.evaluation.score.value")
                .containsEntry("gen_ai.evaluation.score.label", "unclear");
    }

    @Test
    void springAisEvaluationsAreScores() {
        EvaluationScores.of(this.telemetry, "relevancy", new EvaluationResponse(true, 0.8f, "to the point", Map.of()))
                .response("r-1")
                .emit();
        EvaluationScores.of(this.telemetry, "facts", new EvaluationResponse(true, "", Map.of()))
                .emit();
        EvaluationScores.of(this.telemetry, "facts", new EvaluationResponse(false, "", Map.of()))
                .emit();
        List<TelemetryRecord> scores = this.store.records(this.telemetry);
        assertThat(scores)
                .extracting((record) -> record.metrics().get("gen_ai.evaluation.score.value"))
                .containsExactly(0.8, 1.0, 0.0);
        assertThat(scores.get(0).attributes())
                .containsEntry("gen_ai.evaluation.explanation", "to the point")
                .containsEntry("gen_ai.evaluation.score.label", "pass");
        assertThat(scores.get(2).attributes())
                .containsEntry("gen_ai.evaluation.score.label", "fail")
                .doesNotContainKey("gen_ai.evaluation.explanation");
    }
}
