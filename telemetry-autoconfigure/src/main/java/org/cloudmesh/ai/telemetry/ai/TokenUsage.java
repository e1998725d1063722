package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.Nullable;

/**
 * Tokens of one call as OpenTelemetry counts them; null is unknown.
 *
 * @param input all input tokens, cached ones included
 * @param output all output tokens, those of reasoning included
 * @param cacheRead input tokens that came from the provider's cache
 * @param cacheCreation input tokens that were written to the provider's cache
 * @param reasoning output tokens that the model thought with
 */
record TokenUsage(
        @Nullable Long input,
        @Nullable Long output,
        @Nullable Long cacheRead,
        @Nullable Long cacheCreation,
        @Nullable Long reasoning) {

    /** Returns the usage, or null when it says nothing: clients report a missing usage as zeros. */
    @Nullable
    TokenUsage orUnknown() {
        return orZero(this.input) == 0 && orZero(this.output) == 0 ? null : this;
    }

    /** Returns the usage of a provider that counts cached input tokens beside the others, with all of them as input. */
    TokenUsage withCachedInInput(@Nullable String provider) {
        if (!"anthropic".equals(provider) && !"aws.bedrock".equals(provider)) {
            return this;
        }
        long cached = orZero(this.cacheRead) + orZero(this.cacheCreation);
        return this.input == null || cached == 0
                ? this
                : new TokenUsage(this.input + cached, this.output, this.cacheRead, this.cacheCreation, this.reasoning);
    }

    static long orZero(@Nullable Long tokens) {
        return tokens == null ? 0 : tokens;
    }
}
