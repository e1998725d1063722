package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.models.messages.CacheCreation;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.openai.models.completions.CompletionUsage;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What providers say, in their clients' own classes, and what it means. */
class TokenCountsTests {

    @Test
    void googlesThoughtsAreOutputAndItsToolsAreInput() {
        TokenUsage usage = new TokenCounts()
                .read(GenerateContentResponseUsageMetadata.builder()
                        .promptTokenCount(200)
                        .candidatesTokenCount(300)
                        .thoughtsTokenCount(150)
                        .toolUsePromptTokenCount(20)
                        .cachedContentTokenCount(50)
                        .totalTokenCount(670)
                        .build())
                .usage("gcp.gemini");
        assertThat(usage).isEqualTo(new TokenUsage(220L, 450L, 50L, null, null, 150L, Set.of()));
    }

    @Test
    void googlesSumTellsWhatOneFigureIsMissing() {
        assertThat(new TokenCounts()
                        .input(200)
                        .output(300)
                        .reasoning(150)
                        .total(670)
                        .usage("gcp.gemini"))
                .isEqualTo(new TokenUsage(220L, 450L, null, null, null, 150L, Set.of()));
        TokenUsage unknown = new TokenCounts().input(200).output(300).total(650).usage("gcp.gemini");
        assertThat(unknown.input()).isNull();
        assertThat(unknown.output()).isNull();
        assertThat(unknown.unavailable()).containsExactly("usage");
        assertThat(new TokenCounts().input(200).output(300).total(500).usage("gcp.gemini"))
                .isEqualTo(new TokenUsage(200L, 300L, null, null, null, null, Set.of()));
    }

    @Test
    void anthropicsAndBedrocksCachedTokensAreInput() {
        com.anthropic.models.messages.Usage given = com.anthropic.models.messages.Usage.builder()
                .inputTokens(7)
                .cacheReadInputTokens(90_000)
                .cacheCreationInputTokens(2_000)
                .cacheCreation(CacheCreation.builder()
                        .ephemeral1hInputTokens(500)
                        .ephemeral5mInputTokens(1_500)
                        .build())
                .outputTokens(100)
                .outputTokensDetails(com.anthropic.models.messages.OutputTokensDetails.builder()
                        .thinkingTokens(40)
                        .build())
                .serverToolUse(java.util.Optional.empty())
                .serviceTier(java.util.Optional.empty())
                .inferenceGeo(java.util.Optional.empty())
                .build();
        assertThat(new TokenCounts().read(given).usage("anthropic"))
                .isEqualTo(new TokenUsage(92_007L, 100L, 90_000L, 2_000L, 500L, 40L, Set.of()));
        assertThat(new TokenCounts()
                        .input(7)
                        .output(1)
                        .cacheRead(10)
                        .usage("aws.bedrock")
                        .input())
                .isEqualTo(17);
    }

    @Test
    void openAisCachedTokensAreInItsInputAndItsReasoningInItsOutput() {
        CompletionUsage given = CompletionUsage.builder()
                .promptTokens(1000)
                .completionTokens(500)
                .totalTokens(1500)
                .promptTokensDetails(CompletionUsage.PromptTokensDetails.builder()
                        .cachedTokens(400)
                        .build())
                .completionTokensDetails(CompletionUsage.CompletionTokensDetails.builder()
                        .reasoningTokens(300)
                        .build())
                .build();
        TokenUsage expected = new TokenUsage(1000L, 500L, 400L, null, null, 300L, Set.of());
        assertThat(new TokenCounts().read(given).usage("openai")).isEqualTo(expected);
        OpenAiTokenUsage langChain4j = OpenAiTokenUsage.builder()
                .inputTokenCount(1000)
                .outputTokenCount(500)
                .totalTokenCount(1500)
                .inputTokensDetails(OpenAiTokenUsage.InputTokensDetails.builder()
                        .cachedTokens(400)
                        .build())
                .outputTokensDetails(OpenAiTokenUsage.OutputTokensDetails.builder()
                        .reasoningTokens(300)
                        .build())
                .build();
        assertThat(new TokenCounts()
                        .input(langChain4j.inputTokenCount())
                        .output(langChain4j.outputTokenCount())
                        .read(langChain4j)
                        .usage("openai"))
                .isEqualTo(expected);
    }

    @Test
    void reasoningBesideTheOutputIsSeenInTheSum() {
        assertThat(new TokenCounts()
                        .input(100)
                        .output(20)
                        .reasoning(30)
                        .total(150)
                        .usage("openai")
                        .output())
                .isEqualTo(50);
    }

    @Test
    void deepSeekCountsHitsOfItsCache() {
        assertThat(new TokenCounts()
                        .read(Map.of("promptTokens", 100, "completionTokens", 5, "promptCacheHitTokens", 60))
                        .usage("deepseek"))
                .isEqualTo(new TokenUsage(100L, 5L, 60L, null, null, null, Set.of()));
    }

    @Test
    void whatIsNegativeOrContradictsItselfIsUnknown() {
        TokenUsage cached =
                new TokenCounts().input(100).output(5).cacheRead(400).usage("openai");
        assertThat(cached).isEqualTo(new TokenUsage(null, 5L, null, null, null, null, Set.of("cached")));
        TokenUsage negative = new TokenCounts().input(-1).output(5).usage("mistral_ai");
        assertThat(negative).isEqualTo(new TokenUsage(null, 5L, null, null, null, null, Set.of("usage")));
        TokenUsage negativeCache =
                new TokenCounts().input(7).output(5).cacheRead(-3).usage("anthropic");
        assertThat(negativeCache).isEqualTo(new TokenUsage(null, 5L, null, null, null, null, Set.of("cached")));
        TokenUsage reasoning = new TokenCounts().input(7).output(5).reasoning(6).usage("openai");
        assertThat(reasoning).isEqualTo(new TokenUsage(7L, null, null, null, null, null, Set.of("usage")));
    }

    @Test
    void zerosAreAMissingUsageAndAWarmPromptIsUnknown() {
        assertThat(new TokenCounts().input(0).output(0).total(0).usage("openai"))
                .isEqualTo(TokenUsage.UNKNOWN);
        assertThat(new TokenCounts().usage(null)).isEqualTo(TokenUsage.UNKNOWN);
        assertThat(new TokenCounts().input(0).output(9).usage("ollama"))
                .isEqualTo(new TokenUsage(null, 9L, null, null, null, null, Set.of("usage")));
    }

    @Test
    void whatAClientHasDroppedIsUnknownWhereItMatters() {
        assertThat(new TokenCounts().input(7).output(5).detailLost().usage("anthropic"))
                .isEqualTo(new TokenUsage(null, 5L, null, null, null, null, Set.of("cached")));
        assertThat(new TokenCounts().input(7).output(5).detailLost().usage("openai"))
                .isEqualTo(new TokenUsage(7L, 5L, null, null, null, null, Set.of("cached")));
        assertThat(new TokenCounts().input(7).output(5).detailLost().usage("ollama"))
                .isEqualTo(new TokenUsage(7L, 5L, null, null, null, null, Set.of()));
    }
}
