package org.cloudmesh.ai.telemetry.ai;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of one call as OpenTelemetry's conventions for generative AI define them; null is unknown or does not apply.
 * {@link TokenCounts} makes one of what a provider says.
 *
 * @param input all input tokens, cached ones and those written to the cache included
 * @param output all output tokens, those of reasoning included
 * @param cacheRead input tokens that came from the provider's cache
 * @param cacheCreation input tokens that were written to the provider's cache
 * @param cacheCreation1h those of {@code cacheCreation} that are kept for an hour
 * @param reasoning output tokens that the model thought with
 * @param unavailable what the provider or its client left out or contradicted: {@link #USAGE}, {@link #CACHED}
 */
public record TokenUsage(
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cacheRead,
        @Nullable Long cacheCreation,
        @Nullable Long cacheCreation1h,
        @Nullable Long reasoning,
        Set<String> unavailable) {

    /** Names input or output tokens that cannot be known. */
    public static final String USAGE = "usage";

    /** Names cached or reasoning tokens that cannot be known. */
    public static final String CACHED = "cached";

    /** Nothing is known of the tokens of a call that used some. */
    public static final TokenUsage UNKNOWN = new TokenUsage(null, null, null, null, null, null, Set.of(USAGE));

    public TokenUsage {
        unavailable = Set.copyOf(new TreeSet<>(unavailable));
    }

    static long orZero(@Nullable Long tokens) {
        return tokens == null ? 0 : tokens;
    }
}
