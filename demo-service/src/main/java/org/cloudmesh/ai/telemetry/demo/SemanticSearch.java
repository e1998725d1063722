package org.cloudmesh.ai.telemetry.demo;

import java.util.Locale;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracking;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/**
 * Finds the passages whose meaning is nearest to a query's, over all of them. Each search is a trace: the embedding of
 * its query, the ranking, and a score.
 */
@Service
class SemanticSearch {

    static final int MAX_QUERY = 1000;

    static final int MAX_K = 50;

    private static final double NANOS = 1e9;

    private final Passages passages;

    private final Embedder embedder;

    private final Telemetry telemetry;

    private final Ranking ranking;

    SemanticSearch(
            Passages passages, Embedder embedder, Telemetry telemetry, @Value("${demo.ranking}") Ranking ranking) {
        this.passages = passages;
        this.embedder = embedder;
        this.telemetry = telemetry;
        this.ranking = ranking;
    }

    /**
     * Searches. Parameters are text as a client sent them, so that what is wrong with them is recorded with the search.
     *
     * @param query 1 to {@value #MAX_QUERY} characters
     * @param k how many passages to return, 1 to {@value #MAX_K}
     * @throws BadInputException when a parameter is not as it should be
     */
    Passages.Nearest search(@Nullable String query, String k) {
        try (Tracking tracking = this.telemetry
                .track("search")
                .attribute("model", Embedder.MODEL)
                .attribute("ranking", this.ranking.name().toLowerCase(Locale.ROOT))) {
            try {
                long start = System.nanoTime();
                String text = checkedQuery(query);
                int limit = checkedLimit(k);
                float[] vector = this.embedder.embed(text, "query");
                Passages.Nearest nearest =
                        this.telemetry.track("ranking", () -> this.passages.nearest(vector, limit, this.ranking));
                tracking.metric("latency", (System.nanoTime() - start) / NANOS)
                        .metric("characters", text.length())
                        .metric("k", limit)
                        .metric("passages_scanned", nearest.scanned());
                nearest.best().stream().findFirst().ifPresent(best -> tracking.metric("best_score", best.score()));
                Relevance relevance = nearest.relevance();
                this.telemetry
                        .score("relevance", relevance.score())
                        .label(relevance.label())
                        .explanation(relevance.explanation())
                        .emit();
                tracking.complete();
                return nearest;
            } catch (RuntimeException ex) {
                tracking.fail(ex);
                throw ex;
            }
        }
    }

    private static String checkedQuery(@Nullable String query) {
        if (query == null || query.isBlank()) {
            throw new BadInputException(
                    "q is missing or blank: a text of 1 to " + MAX_QUERY + " characters is accepted");
        }
        if (query.length() > MAX_QUERY) {
            throw new BadInputException("q has " + query.length() + " characters: 1 to " + MAX_QUERY + " are accepted");
        }
        return query;
    }

    private static int checkedLimit(String k) {
        try {
            int limit = Integer.parseInt(k);
            if (limit >= 1 && limit <= MAX_K) {
                return limit;
            }
        } catch (NumberFormatException ex) {
            // The same answer as for a number out of range, below.
        }
        throw new BadInputException(
                "k is " + BadInputException.quote(k) + ": a whole number from 1 to " + MAX_K + " is accepted");
    }
}
