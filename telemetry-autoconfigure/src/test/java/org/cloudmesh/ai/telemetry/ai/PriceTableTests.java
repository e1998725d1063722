package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PriceTableTests {

    @Test
    void theFirstThatMatchesIsTakenAndTheModelThatAnsweredCountsFirst() {
        Price exact = new Price("gpt-4.1", 2, 8, null, null, "USD");
        Price family = new Price("gpt-*", 1, 2, null, null, "USD");
        PriceTable table = new PriceTable(List.of(exact, family));
        assertThat(table.find("gpt-4.1", null)).isSameAs(exact);
        assertThat(table.find("GPT-4x1", null)).isSameAs(family);
        assertThat(table.find("alias", "gpt-5")).isSameAs(family);
        assertThat(table.find("llama", "llama")).isNull();
        assertThat(table.find(null, null)).isNull();
    }

    @Test
    void cachedTokensHaveTheirOwnPriceAndElseThatOfInput() {
        TokenUsage usage = new TokenUsage(1_000_000L, 100_000L, 400_000L, 100_000L, 50_000L);
        assertThat(new Price("*", 2, 10, 0.5, 2.5, "USD").cost(usage))
                .isCloseTo(0.5 * 2 + 0.4 * 0.5 + 0.1 * 2.5 + 0.1 * 10, within(1e-12));
        assertThat(new Price("*", 2, 10, null, null, "USD").cost(usage)).isCloseTo(2 + 1, within(1e-12));
    }

    @Test
    void providersThatCountCachedTokensBesideTheInputAreAdded() {
        TokenUsage usage = new TokenUsage(10L, 5L, 100L, 20L, null);
        assertThat(usage.withCachedInInput("anthropic").input()).isEqualTo(130);
        assertThat(usage.withCachedInInput("openai").input()).isEqualTo(10);
    }

    @Test
    void nativeUsageIsReadWhateverItsShape() {
        assertThat(NativeUsage.cacheRead(Map.of("promptTokensDetails", Map.of("cachedTokens", 3))))
                .isEqualTo(3);
        assertThat(NativeUsage.cacheRead(new Bean())).isEqualTo(4);
        assertThat(NativeUsage.reasoning(new Bean())).isNull();
        assertThat(NativeUsage.reasoning(null)).isNull();
    }

    public static final class Bean {

        public Integer getCacheReadInputTokens() {
            return 4;
        }
    }
}
