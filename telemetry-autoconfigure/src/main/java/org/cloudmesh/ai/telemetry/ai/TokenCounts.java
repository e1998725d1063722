package org.cloudmesh.ai.telemetry.ai;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Token counts as a provider states them, and the one place that knows how each defines them. Three definitions are in
 * use:
 *
 * <ul>
 *   <li>whole (OpenAI, Azure, Mistral, DeepSeek, Ollama, OpenTelemetry): input holds the cached tokens, output the
 *       reasoning.
 *   <li>beside (Anthropic, Amazon Bedrock): {@code input_tokens}, {@code cache_read_input_tokens} and
 *       {@code cache_creation_input_tokens} add up to the input; output holds the thinking.
 *   <li>Google: the prompt holds the cached tokens; those of tool use stand beside it, and those of thoughts beside the
 *       candidates'.
 * </ul>
 *
 * The sources are the providers' public API references. Figures that are negative or contradict each other, such as
 * more cached than input tokens, are unknown. Not thread-safe.
 */
public final class TokenCounts {

    private static final String[] INPUT = {"inputTokens", "promptTokens", "promptTokenCount", "promptEvalCount"};

    private static final String[] OUTPUT = {"outputTokens", "completionTokens", "candidatesTokenCount", "evalCount"};

    private static final String[] TOTAL = {"totalTokens", "totalTokenCount"};

    private static final String[] CACHE_READ = {
        "promptTokensDetails.cachedTokens",
        "inputTokensDetails.cachedTokens",
        "cacheReadInputTokens",
        "cachedContentTokenCount",
        "promptCacheHitTokens",
        "numCachedTokens"
    };

    private static final String[] CACHE_CREATION = {"cacheCreationInputTokens", "cacheWriteInputTokens"};

    private static final String[] CACHE_CREATION_1H = {"cacheCreation.ephemeral1hInputTokens"};

    private static final String[] REASONING = {
        "completionTokensDetails.reasoningTokens",
        "outputTokensDetails.reasoningTokens",
        "completionTokenDetails.reasoningTokens",
        "outputTokensDetails.thinkingTokens",
        "thoughtsTokenCount"
    };

    private static final String[] TOOL_USE = {"toolUsePromptTokenCount"};

    private @Nullable Long input;

    private @Nullable Long output;

    private @Nullable Long total;

    private @Nullable Long cacheRead;

    private @Nullable Long cacheCreation;

    private @Nullable Long cacheCreation1h;

    private @Nullable Long reasoning;

    private @Nullable Long toolUse;

    private boolean detailLost;

    private final Set<String> unavailable = new TreeSet<>();

    /** Starts with nothing known. */
    public TokenCounts() {}

    /**
     * Reads a usage object of a provider's client, whatever its class, or a map of the same names; what is known
     * already stays.
     *
     * @param usage the object; null is read as nothing
     */
    public TokenCounts read(@Nullable Object usage) {
        if (usage != null) {
            this.input = or(this.input, usage, INPUT);
            this.output = or(this.output, usage, OUTPUT);
            this.total = or(this.total, usage, TOTAL);
            this.cacheRead = or(this.cacheRead, usage, CACHE_READ);
            this.cacheCreation = or(this.cacheCreation, usage, CACHE_CREATION);
            this.cacheCreation1h = or(this.cacheCreation1h, usage, CACHE_CREATION_1H);
            this.reasoning = or(this.reasoning, usage, REASONING);
            this.toolUse = or(this.toolUse, usage, TOOL_USE);
        }
        return this;
    }

    /** Sets the provider's input tokens; null leaves them as they are, as with the other counts. */
    public TokenCounts input(@Nullable Number tokens) {
        this.input = asLong(tokens, this.input);
        return this;
    }

    /** Sets the provider's output tokens. */
    public TokenCounts output(@Nullable Number tokens) {
        this.output = asLong(tokens, this.output);
        return this;
    }

    /** Sets the provider's sum. */
    public TokenCounts total(@Nullable Number tokens) {
        this.total = asLong(tokens, this.total);
        return this;
    }

    /** Sets the tokens that came from the cache. */
    public TokenCounts cacheRead(@Nullable Number tokens) {
        this.cacheRead = asLong(tokens, this.cacheRead);
        return this;
    }

    /** Sets the tokens that were written to the cache. */
    public TokenCounts cacheCreation(@Nullable Number tokens) {
        this.cacheCreation = asLong(tokens, this.cacheCreation);
        return this;
    }

    /** Sets the tokens of reasoning. */
    public TokenCounts reasoning(@Nullable Number tokens) {
        this.reasoning = asLong(tokens, this.reasoning);
        return this;
    }

    /** Notes that a client has dropped what the provider said of cached and reasoning tokens. */
    public TokenCounts detailLost() {
        this.detailLost = true;
        return this;
    }

    /** Returns whether anything was told. */
    boolean any() {
        return this.input != null || this.output != null || this.total != null || hasDetail();
    }

    /** Returns whether anything was told of cached or reasoning tokens. */
    boolean hasDetail() {
        return this.cacheRead != null || this.cacheCreation != null || this.reasoning != null;
    }

    /** Returns the usage when these counts follow OpenTelemetry's definition already. */
    public TokenUsage whole() {
        return usage(Definition.WHOLE, false);
    }

    /**
     * Returns the usage of a call.
     *
     * @param provider who counted, as {@code gen_ai.provider.name}; null for one that counts as OpenTelemetry does
     */
    public TokenUsage usage(@Nullable String provider) {
        return usage(Definition.of(provider), this.detailLost && Definition.caches(provider));
    }

    private TokenUsage usage(Definition definition, boolean lost) {
        negatives();
        if (orZero(this.input) == 0 && orZero(this.output) == 0 && orZero(this.total) == 0) {
            // Clients report a missing usage as zeros.
            return TokenUsage.UNKNOWN;
        }
        if (lost) {
            this.unavailable.add(TokenUsage.CACHED);
        }
        switch (definition) {
            case WHOLE -> wholeOutput();
            case BESIDE -> addCached(lost);
            case GOOGLE -> addThoughtsAndTools();
        }
        contradictions();
        return new TokenUsage(
                this.input,
                this.output,
                this.cacheRead,
                this.cacheCreation,
                this.cacheCreation1h,
                this.reasoning,
                this.unavailable);
    }

    private void negatives() {
        this.input = orNull(this.input, TokenUsage.USAGE);
        this.output = orNull(this.output, TokenUsage.USAGE);
        this.total = isNegative(this.total) ? null : this.total;
        boolean cachedUnknown =
                isNegative(this.cacheRead) || isNegative(this.cacheCreation) || isNegative(this.cacheCreation1h);
        this.cacheRead = orNull(this.cacheRead, TokenUsage.CACHED);
        this.cacheCreation = orNull(this.cacheCreation, TokenUsage.CACHED);
        this.cacheCreation1h = orNull(this.cacheCreation1h, TokenUsage.CACHED);
        this.detailLost |= cachedUnknown;
        this.reasoning = orNull(this.reasoning, TokenUsage.USAGE);
        this.toolUse = orNull(this.toolUse, TokenUsage.USAGE);
    }

    /** Some servers that speak OpenAI's protocol count reasoning beside the output; their sum shows it. */
    private void wholeOutput() {
        if (this.input != null
                && this.output != null
                && this.total != null
                && orZero(this.reasoning) > 0
                && this.total == this.input + this.output + orZero(this.reasoning)) {
            this.output += orZero(this.reasoning);
        }
    }

    private void addCached(boolean lost) {
        if (lost || this.unavailable.contains(TokenUsage.CACHED)) {
            this.input = null;
        } else if (this.input != null) {
            this.input += orZero(this.cacheRead) + orZero(this.cacheCreation);
        }
    }

    /**
     * The sum tells what a client dropped, if it dropped one thing only, and whether the candidates hold the thoughts.
     */
    private void addThoughtsAndTools() {
        if (this.input == null || this.unavailable.contains(TokenUsage.USAGE)) {
            return;
        }
        long candidates = orZero(this.output);
        long rest = this.total == null ? 0 : this.total - this.input - candidates;
        long known = orZero(this.reasoning) + orZero(this.toolUse);
        if (this.total == null || this.total == 0 || rest == known) {
            this.output =
                    this.output == null && this.reasoning == null ? null : (Long) (candidates + orZero(this.reasoning));
            this.input += orZero(this.toolUse);
        } else if (rest > known && this.toolUse == null && this.reasoning != null) {
            this.output = candidates + this.reasoning;
            this.input += rest - this.reasoning;
        } else if (rest > known && this.reasoning == null && this.toolUse != null) {
            this.output = candidates + rest - this.toolUse;
            this.input += this.toolUse;
        } else if (rest == orZero(this.toolUse) && orZero(this.reasoning) <= candidates) {
            this.input += rest;
        } else {
            this.input = null;
            this.output = null;
            this.unavailable.add(TokenUsage.USAGE);
        }
    }

    private void contradictions() {
        if (this.input != null && orZero(this.cacheRead) + orZero(this.cacheCreation) > this.input) {
            this.input = null;
            this.cacheRead = null;
            this.cacheCreation = null;
            this.cacheCreation1h = null;
            this.unavailable.add(TokenUsage.CACHED);
        }
        if (orZero(this.cacheCreation1h) > orZero(this.cacheCreation)) {
            this.cacheCreation1h = null;
            this.unavailable.add(TokenUsage.CACHED);
        }
        if (this.output != null && orZero(this.reasoning) > this.output) {
            this.output = null;
            this.reasoning = null;
            this.unavailable.add(TokenUsage.USAGE);
        }
        if (this.input != null && this.input == 0 && orZero(this.output) > 0) {
            // No answer is made of nothing: the server did not count a prompt that was still warm.
            this.input = null;
            this.unavailable.add(TokenUsage.USAGE);
        }
    }

    private @Nullable Long orNull(@Nullable Long tokens, String name) {
        if (isNegative(tokens)) {
            this.unavailable.add(name);
            return null;
        }
        return tokens;
    }

    private static boolean isNegative(@Nullable Long tokens) {
        return tokens != null && tokens < 0;
    }

    private static @Nullable Long or(@Nullable Long known, Object usage, String[] paths) {
        return known != null ? known : ObjectProperties.number(usage, paths);
    }

    private static @Nullable Long asLong(@Nullable Number tokens, @Nullable Long otherwise) {
        return tokens == null ? otherwise : (Long) tokens.longValue();
    }

    private static long orZero(@Nullable Long tokens) {
        return TokenUsage.orZero(tokens);
    }

    private enum Definition {
        WHOLE,
        BESIDE,
        GOOGLE;

        static Definition of(@Nullable String provider) {
            if (provider == null) {
                return WHOLE;
            }
            return switch (provider.toLowerCase(Locale.ROOT)) {
                case "anthropic", "aws.bedrock" -> BESIDE;
                case "gcp.gemini", "gcp.gen_ai", "gcp.vertex_ai" -> GOOGLE;
                default -> WHOLE;
            };
        }

        /** Returns whether the provider is known to keep prompts in a cache that has a price of its own. */
        static boolean caches(@Nullable String provider) {
            return provider != null
                    && switch (provider.toLowerCase(Locale.ROOT)) {
                        case "openai",
                                "azure.ai.openai",
                                "anthropic",
                                "aws.bedrock",
                                "gcp.gemini",
                                "gcp.gen_ai",
                                "gcp.vertex_ai",
                                "deepseek",
                                "mistral_ai",
                                "x_ai" -> true;
                        default -> false;
                    };
        }
    }
}
