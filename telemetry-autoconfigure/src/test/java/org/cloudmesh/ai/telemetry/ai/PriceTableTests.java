package org.cloudmesh.ai.telemetry.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PriceTableTests {

    private static final Instant NOW = Instant.parse("2026-11-26T00:00:00Z");

    private static final TokenUsage SMALL = new TokenUsage(10L, 5L, null, null, null, null, Set.of());

    @Test
    void theMostSpecificRuleCountsWhateverTheOrder() {
        Price exact = price("gpt-4.1", 2, 8);
        Price family = price("gpt-4.1*", 1, 2);
        Price wide = price("gpt-*", 3, 4);
        Price all = price("*", 99, 99);
        List<Price> rules = new ArrayList<>(List.of(all, wide, family, exact));
        for (int i = 0; i < rules.size(); i++) {
            Collections.rotate(rules, 1);
            PriceTable table = new PriceTable(rules);
            assertThat(find(table, "gpt-4.1", null)).isSameAs(exact);
            assertThat(find(table, "GPT-4.1-mini", null)).isSameAs(family);
            assertThat(find(table, "gpt-4.1-2026-01-01", "gpt-4.1")).isSameAs(exact);
            assertThat(find(table, "gpt-4.1-2026-01-01", "alias")).isSameAs(family);
            assertThat(find(table, "alias", "gpt-5")).isSameAs(wide);
            assertThat(find(table, "llama", "llama")).isSameAs(all);
            assertThat(find(table, null, null)).isNull();
        }
    }

    @Test
    void theModelThatAnsweredCountsAtEqualRank() {
        Price answered = price("b-model", 1, 1);
        PriceTable table = new PriceTable(List.of(price("a-model", 2, 2), answered));
        assertThat(find(table, "b-model", "a-model")).isSameAs(answered);
    }

    @Test
    void tiersAndTimesApply() {
        Price low = price("pro", 1, 10);
        Price high = new Price("pro", rates(2, 15), 200_000, null, "USD");
        Price later = new Price("pro", rates(3, 20), 0, NOW.plusSeconds(60), "USD");
        PriceTable table = new PriceTable(List.of(high, later, low));
        TokenUsage large = new TokenUsage(200_001L, 5L, null, null, null, null, Set.of());
        TokenUsage edge = new TokenUsage(200_000L, 5L, null, null, null, null, Set.of());
        assertThat(table.find(null, "pro", null, edge, NOW)).isSameAs(low);
        assertThat(table.find(null, "pro", null, large, NOW)).isSameAs(high);
        assertThat(table.find(null, "pro", null, large, NOW.plusSeconds(60))).isSameAs(later);
    }

    @Test
    void aListIsAskedWhereNoRuleMatches() {
        Price listed = price("gemini/gemini-pro", 1, 1);
        Price own = price("gpt-4.1", 2, 2);
        PriceTable table = new PriceTable(List.of(own), new PriceTable(List.of(listed, price("gpt-4.1", 9, 9))));
        assertThat(find(table, "gpt-4.1", null)).isSameAs(own);
        assertThat(table.find("gcp.gemini", "models/gemini-pro", null, SMALL, NOW))
                .isSameAs(listed);
        assertThat(find(table, "gemini-pro", null)).isNull();
    }

    @Test
    void eachKindOfTokenHasItsPriceAndElseThatOfItsWhole() {
        TokenUsage usage = new TokenUsage(1_000_000L, 100_000L, 400_000L, 100_000L, 40_000L, 50_000L, Set.of());
        Price.Rates all = new Price.Rates(2, 10, 0.5, 2.5, 4.0, 20.0);
        assertThat(new Price("*", all, 0, null, "USD").cost(usage))
                .isCloseTo(0.5 * 2 + 0.4 * 0.5 + 0.06 * 2.5 + 0.04 * 4 + 0.05 * 10 + 0.05 * 20, within(1e-12));
        assertThat(price("*", 2, 10).cost(usage)).isCloseTo(2 + 1, within(1e-12));
    }

    @Test
    void aCostThatDependsOnWhatIsUnknownIsUnknown() {
        TokenUsage uncached = new TokenUsage(100L, 10L, null, null, null, null, Set.of(TokenUsage.CACHED));
        assertThat(price("*", 2, 10).cost(uncached)).isNotNull();
        assertThat(new Price("*", new Price.Rates(2, 10, 0.5, null, null, null), 0, null, "USD").cost(uncached))
                .isNull();
        assertThat(price("*", 2, 10).cost(TokenUsage.UNKNOWN)).isNull();
    }

    private static Price price(String model, double input, double output) {
        return new Price(model, input, output, null, null, "USD");
    }

    private static Price.Rates rates(double input, double output) {
        return new Price.Rates(input, output, null, null, null, null);
    }

    private static Price find(PriceTable table, String answered, String requested) {
        return table.find(null, answered, requested, SMALL, NOW);
    }
}
