package org.cloudmesh.ai.telemetry.ai;

import org.cloudmesh.ai.telemetry.ScoreBuilder;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.springframework.ai.evaluation.EvaluationResponse;

/** Turns what Spring AI's evaluators answer into scores. */
public final class EvaluationScores {

    private EvaluationScores() {}

    /**
     * Begins the score that an evaluator gave: its label is {@code pass} or {@code fail}, its explanation the feedback.
     * Evaluators that only pass or fail leave the score at 0: one that passed then is 1.
     *
     * @param telemetry takes the record
     * @param name what was judged, for example {@code relevancy}
     * @param evaluation what the evaluator answered
     */
    public static ScoreBuilder of(Telemetry telemetry, String name, EvaluationResponse evaluation) {
        // By its text, as a float's own digits are not those of a double.
        double score = Double.parseDouble(Float.toString(evaluation.getScore()));
        return telemetry
                .score(name, evaluation.isPass() && score == 0 ? 1 : score)
                .label(evaluation.isPass() ? "pass" : "fail")
                .explanation(evaluation.getFeedback().isEmpty() ? null : evaluation.getFeedback());
    }
}
