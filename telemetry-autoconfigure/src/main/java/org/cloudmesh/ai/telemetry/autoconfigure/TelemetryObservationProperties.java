package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Settings of the records of AI calls. */
@ConfigurationProperties("telemetry.observations")
public class TelemetryObservationProperties {

    /** Whether AI calls are recorded: observations, and the calls of LangChain4j's models. */
    private boolean enabled = true;

    /** Beginnings of the names of observations to record. */
    private Set<String> include = new LinkedHashSet<>(ObservationSelection.DEFAULT_INCLUDE);

    /** Beginnings of the names of observations not to record. They win over include. */
    private Set<String> exclude = new LinkedHashSet<>();

    /**
     * Whether prompts, completions, tool arguments, tool results and query texts are recorded. A bean of type
     * TelemetryContentMasker sees them first.
     */
    private boolean content;

    /** Characters that are kept of each text when content is recorded. */
    private int maxContentLength = 4096;

    /** Prices of models. The most specific rule that matches is taken, whatever the order. */
    private List<ModelPrice> prices = new ArrayList<>();

    /**
     * Location of a price list: the JSON that LiteLLM publishes, or YAML with a list of prices. Rules of prices win
     * over it.
     */
    private @Nullable String pricesLocation;

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public Set<String> getInclude() {
        return this.include;
    }

    public void setInclude(Set<String> include) {
        this.include = include;
    }

    public Set<String> getExclude() {
        return this.exclude;
    }

    public void setExclude(Set<String> exclude) {
        this.exclude = exclude;
    }

    public boolean isContent() {
        return this.content;
    }

    public void setContent(boolean content) {
        this.content = content;
    }

    public int getMaxContentLength() {
        return this.maxContentLength;
    }

    public void setMaxContentLength(int maxContentLength) {
        this.maxContentLength = maxContentLength;
    }

    public List<ModelPrice> getPrices() {
        return this.prices;
    }

    public void setPrices(List<ModelPrice> prices) {
        this.prices = prices;
    }

    public @Nullable String getPricesLocation() {
        return this.pricesLocation;
    }

    public void setPricesLocation(@Nullable String pricesLocation) {
        this.pricesLocation = pricesLocation;
    }

    /** What a million tokens of each kind cost. */
    public static class Rates {

        /** Price of a million input tokens. */
        private @Nullable Double input;

        /** Price of a million output tokens. */
        private @Nullable Double output;

        /** Price of a million input tokens that came from the provider's cache. By default that of input. */
        private @Nullable Double cachedInput;

        /** Price of a million input tokens that were written to the provider's cache. By default that of input. */
        private @Nullable Double cacheCreationInput;

        /**
         * Price of a million input tokens that were written to the provider's cache for an hour. By default that of
         * cache-creation-input.
         */
        private @Nullable Double cacheCreationInput1h;

        /** Price of a million output tokens of reasoning. By default that of output. */
        private @Nullable Double reasoningOutput;

        /** Number of input tokens of a call above which these prices hold. */
        private @Nullable Long aboveInputTokens;

        public @Nullable Double getInput() {
            return this.input;
        }

        public void setInput(@Nullable Double input) {
            this.input = input;
        }

        public @Nullable Double getOutput() {
            return this.output;
        }

        public void setOutput(@Nullable Double output) {
            this.output = output;
        }

        public @Nullable Double getCachedInput() {
            return this.cachedInput;
        }

        public void setCachedInput(@Nullable Double cachedInput) {
            this.cachedInput = cachedInput;
        }

        public @Nullable Double getCacheCreationInput() {
            return this.cacheCreationInput;
        }

        public void setCacheCreationInput(@Nullable Double cacheCreationInput) {
            this.cacheCreationInput = cacheCreationInput;
        }

        public @Nullable Double getCacheCreationInput1h() {
            return this.cacheCreationInput1h;
        }

        public void setCacheCreationInput1h(@Nullable Double cacheCreationInput1h) {
            this.cacheCreationInput1h = cacheCreationInput1h;
        }

        public @Nullable Double getReasoningOutput() {
            return this.reasoningOutput;
        }

        public void setReasoningOutput(@Nullable Double reasoningOutput) {
            this.reasoningOutput = reasoningOutput;
        }

        public @Nullable Long getAboveInputTokens() {
            return this.aboveInputTokens;
        }

        public void setAboveInputTokens(@Nullable Long aboveInputTokens) {
            this.aboveInputTokens = aboveInputTokens;
        }
    }

    /** What a million tokens of a model cost. */
    public static class ModelPrice extends Rates {

        /** Name of the model, or a pattern in which an asterisk stands for any characters. */
        private @Nullable String model;

        /** Date or instant from which on the prices hold, for example 2026-12-01. By default always. */
        private @Nullable String validFrom;

        /** Currency of the prices. */
        private String currency = "USD";

        /** Prices of calls with more input tokens. What is left out is as in the rule itself. */
        private List<Rates> tiers = new ArrayList<>();

        public @Nullable String getModel() {
            return this.model;
        }

        public void setModel(@Nullable String model) {
            this.model = model;
        }

        public @Nullable String getValidFrom() {
            return this.validFrom;
        }

        public void setValidFrom(@Nullable String validFrom) {
            this.validFrom = validFrom;
        }

        public String getCurrency() {
            return this.currency;
        }

        public void setCurrency(String currency) {
            this.currency = currency;
        }

        public List<Rates> getTiers() {
            return this.tiers;
        }

        public void setTiers(List<Rates> tiers) {
            this.tiers = tiers;
        }
    }
}
