package org.cloudmesh.ai.telemetry.ai.provider;

/**
 * What a call truly used, by OpenTelemetry's definition; each stand-in writes it as its provider would.
 *
 * @param input all input tokens: cached ones and those of the provider's own tools included
 * @param output all output tokens, those of reasoning included
 * @param cacheRead input tokens from the provider's cache; negative where the server tells of no details
 * @param cacheCreation input tokens written to the provider's cache
 * @param reasoning output tokens of reasoning
 * @param toolUse input tokens of the provider's own tools
 */
public record Tokens(long input, long output, long cacheRead, long cacheCreation, long reasoning, long toolUse) {

    /** Returns plain usage. */
    public static Tokens of(long input, long output) {
        return new Tokens(input, output, 0, 0, 0, 0);
    }

    /** Returns the same as a server tells it that knows neither a cache nor reasoning. */
    public Tokens withoutDetails() {
        return new Tokens(this.input, this.output, -1, -1, -1, -1);
    }

    /** Returns the same with these tokens of the input from and to the cache. */
    public Tokens cached(long read, long creation) {
        return new Tokens(this.input, this.output, read, creation, this.reasoning, this.toolUse);
    }

    /** Returns the same with these tokens of the output spent on reasoning. */
    public Tokens reasoned(long tokens) {
        return new Tokens(this.input, this.output, this.cacheRead, this.cacheCreation, tokens, this.toolUse);
    }

    /** Returns the same with these tokens of the input spent on the provider's own tools. */
    public Tokens usedTools(long tokens) {
        return new Tokens(this.input, this.output, this.cacheRead, this.cacheCreation, this.reasoning, tokens);
    }
}
