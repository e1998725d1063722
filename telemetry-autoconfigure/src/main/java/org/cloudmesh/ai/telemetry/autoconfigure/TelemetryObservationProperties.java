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

    /** Whether prompts, completions, tool arguments, tool results and query texts are recorded. A bean of type TelemetryContentMasker sees them first. */
    private boolean content;

    /** Characters that are kept of each text when content is recorded. */
    private int maxContentLength = 4096;

    /** Prices of models. The first whose model matches is taken. */
    private List<ModelPrice> prices = new ArrayList<>();

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

    /** What a million tokens of a model cost. */
    public static class ModelPrice {

        /** Name of the model, or a pattern in which an asterisk stands for any characters. */
        private String model = "*";

        /** Price of a million input tokens. */
        private double input;

        /** Price of a million output tokens. */
        private double output;

        /** Price of a million input tokens that came from the provider's cache. By default that of input. */
        private @Nullable Double cachedInput;

        /** Price of a million input tokens that were written to the provider's cache. By default that of input. */
        private @Nullable Double cacheCreationInput;

        /** Currency of the prices. */
        private String currency = "USD";

        public String getModel() {
            return this.model;
        }

        public void setModel(String model) {
            this.model = model;
        }

        public double getInput() {
            return this.input;
        }

        public void setInput(double input) {
            this.input = input;
        }

        public double getOutput() {
            return this.output;
        }

        public void setOutput(double output) {
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

        public String getCurrency() {
            return this.currency;
        }

        public void setCurrency(String currency) {
            this.currency = currency;
        }
    }
}
