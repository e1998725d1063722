package org.cloudmesh.ai.telemetry.demo;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** How near two texts are. Two runs with different rankings can be compared. */
enum Ranking {

    /** The cosine of their vectors. */
    COSINE {
        @Override
        ToDoubleFunction<float[]> to(float[] query, List<float[]> passages) {
            return (passage) -> Vectors.dot(query, passage);
        }
    },

    /** The cosine after the mean of all passages was taken away, so that what all have in common counts for nothing. */
    CENTRED {
        @Override
        ToDoubleFunction<float[]> to(float[] query, List<float[]> passages) {
            float[] mean = Vectors.mean(passages, query.length);
            float[] centred = Vectors.normalised(Vectors.minus(query, mean));
            return (passage) -> Vectors.dot(centred, Vectors.normalised(Vectors.minus(passage, mean)));
        }
    };

    /** Returns the nearness of each passage to a query. */
    abstract ToDoubleFunction<float[]> to(float[] query, List<float[]> passages);
}
