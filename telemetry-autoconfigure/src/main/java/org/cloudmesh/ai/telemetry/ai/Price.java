package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.Nullable;

/**
 * What a million tokens of a model cost.
 *
 * @param model name of the model, or a pattern in which {@code *} stands for any characters
 * @param input of input tokens
 * @param output of output tokens
 * @param cachedInput of input tokens that came from the provider's cache; null for the price of input
 * @param cacheCreationInput of input tokens that were written to the provider's cache; null for the price of input
 * @param currency of the prices, for example {@code USD}
 */
public record Price(
        String model,
        double input,
        double output,
        @Nullable Double cachedInput,
        @Nullable Double cacheCreationInput,
        String currency) {

    private static final double UNIT = 1_000_000;

    double cost(TokenUsage usage) {
        long read = TokenUsage.orZero(usage.cacheRead());
        long created = TokenUsage.orZero(usage.cacheCreation());
        long fresh = Math.max(0, TokenUsage.orZero(usage.input()) - read - created);
        double readPrice = this.cachedInput != null ? this.cachedInput : this.input;
        double creationPrice = this.cacheCreationInput != null ? this.cacheCreationInput : this.input;
        double cost = fresh * this.input
                + read * readPrice
                + created * creationPrice
                + TokenUsage.orZero(usage.output()) * this.output;
        return cost / UNIT;
    }
}
