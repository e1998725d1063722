package org.cloudmesh.ai.telemetry.ai;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a million tokens of a model cost.
 *
 * @param model name of the model, or a pattern in which {@code *} stands for any characters
 * @param rates what the kinds of tokens cost
 * @param aboveInputTokens calls with more input tokens than this have these rates; 0 for all calls
 * @param validFrom calls from then on have these rates; null for always
 * @param currency of the rates, for example {@code USD}
 */
public record Price(
        String model,
        Rates rates,
        long aboveInputTokens,
        @Nullable Instant validFrom,
        String currency) {

    private static final double UNIT = 1_000_000;

    /** Creates the price of all calls at all times; null is the price of input. */
    public Price(
            String model,
            double input,
            double output,
            @Nullable Double cachedInput,
            @Nullable Double cacheCreationInput,
            String currency) {
        this(model, new Rates(input, output, cachedInput, cacheCreationInput, null, null), 0, null, currency);
    }

    /** Returns the cost; null when it depends on what is not known. */
    @Nullable
    Double cost(TokenUsage usage) {
        if (usage.input() == null || usage.unavailable().contains(TokenUsage.USAGE)) {
            return null;
        }
        boolean detailUnknown = usage.unavailable().contains(TokenUsage.CACHED);
        if (detailUnknown && this.rates.distinguishes()) {
            return null;
        }
        long read = TokenUsage.orZero(usage.cacheRead());
        long created = TokenUsage.orZero(usage.cacheCreation());
        long created1h = TokenUsage.orZero(usage.cacheCreation1h());
        long reasoning = TokenUsage.orZero(usage.reasoning());
        double cost = (usage.input() - read - created) * this.rates.input
                + read * Rates.or(this.rates.cachedInput, this.rates.input)
                + (created - created1h) * this.rates.creation()
                + created1h * Rates.or(this.rates.cacheCreationInput1h, this.rates.creation())
                + (TokenUsage.orZero(usage.output()) - reasoning) * this.rates.output
                + reasoning * Rates.or(this.rates.reasoningOutput, this.rates.output);
        return cost / UNIT;
    }

    /**
     * What a million tokens of each kind cost.
     *
     * @param input of input tokens
     * @param output of output tokens
     * @param cachedInput of input tokens that came from the provider's cache; null for the price of input
     * @param cacheCreationInput of input tokens that were written to the provider's cache; null for the price of input
     * @param cacheCreationInput1h of those that are kept for an hour; null for the price of the others
     * @param reasoningOutput of output tokens of reasoning; null for the price of output
     */
    public record Rates(
            double input,
            double output,
            @Nullable Double cachedInput,
            @Nullable Double cacheCreationInput,
            @Nullable Double cacheCreationInput1h,
            @Nullable Double reasoningOutput) {

        private double creation() {
            return or(this.cacheCreationInput, this.input);
        }

        /** Returns whether cached or reasoning tokens cost other than the rest. */
        private boolean distinguishes() {
            return or(this.cachedInput, this.input) != this.input
                    || creation() != this.input
                    || or(this.cacheCreationInput1h, this.input) != this.input
                    || or(this.reasoningOutput, this.output) != this.output;
        }

        private static double or(@Nullable Double price, double otherwise) {
            return price != null ? price : otherwise;
        }
    }
}
