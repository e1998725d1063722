package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Prices from the settings and from lists, by the cost that is recorded. */
class PriceRulesTests {

    private static final String PRICES = "telemetry.observations.prices";

    private final CapturingStore store = new CapturingStore();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TelemetryAutoConfiguration.class,
                    TelemetryObservationAutoConfiguration.class,
                    ObservationAutoConfiguration.class))
            .withPropertyValues("telemetry.backend=none", "telemetry.context.enabled=false")
            .withBean("store", CapturingStore.class, () -> this.store);

    @Test
    void theAskedModelsOwnRuleCountsBeforeAPatternOfTheAnsweringOne() {
        this.contextRunner
                .withPropertyValues(
                        PRICES + "[0].model=gpt-4.1",
                        PRICES + "[0].input=2",
                        PRICES + "[0].output=8",
                        PRICES + "[1].model=*",
                        PRICES + "[1].input=99",
                        PRICES + "[1].output=99")
                .run((context) -> {
                    Calls calls = new Calls(context);
                    assertCost(calls.call("gpt-4.1", "gpt-4.1-2026-01-01", 1000, 100), 0.0028);
                });
    }

    @Test
    void tiersAndDatesAreRead() {
        this.contextRunner
                .withPropertyValues(
                        PRICES + "[0].model=pro",
                        PRICES + "[0].input=1",
                        PRICES + "[0].output=10",
                        PRICES + "[0].currency=EUR",
                        PRICES + "[0].tiers[0].above-input-tokens=1000",
                        PRICES + "[0].tiers[0].input=2",
                        PRICES + "[1].model=pro",
                        PRICES + "[1].input=100",
                        PRICES + "[1].output=100",
                        PRICES + "[1].valid-from=2999-01-01",
                        PRICES + "[2].model=flat",
                        PRICES + "[2].input=1",
                        PRICES + "[2].output=1",
                        PRICES + "[3].model=flat",
                        PRICES + "[3].above-input-tokens=1000",
                        PRICES + "[3].input=3",
                        PRICES + "[3].output=3")
                .run((context) -> {
                    Calls calls = new Calls(context);
                    TelemetryRecord low = calls.call("pro", "pro", 1000, 100);
                    assertCost(low, 0.002);
                    assertThat(low.attributes()).containsEntry("gen_ai.usage.cost.currency", "EUR");
                    assertCost(calls.call("pro", "pro", 1001, 100), (2002 + 1000) / 1e6);
                    assertCost(calls.call("flat", "flat", 1001, 0), 3003 / 1e6);
                });
    }

    @Test
    void aListInLiteLlmsFormatIsReadAndOwnRulesWin() {
        this.contextRunner
                .withPropertyValues(
                        "telemetry.observations.prices-location=classpath:prices/litellm.json",
                        PRICES + "[0].model=listed-b",
                        PRICES + "[0].input=7",
                        PRICES + "[0].output=7")
                .run((context) -> {
                    Calls calls = new Calls(context);
                    assertCost(calls.call("listed-a", "listed-a", 1000, 100), (1000 * 1.25 + 100 * 10) / 1e6);
                    assertCost(calls.call("listed-a", "listed-a", 200_001, 100), (200_001 * 2.5 + 100 * 15) / 1e6);
                    assertCost(calls.call("listed-b", "listed-b", 1000, 0), 0.007);
                    assertCost(calls.call("embedding", "embedding", 1000, 0), 0.00002);
                    assertThat(calls.call("image", "image", 1000, 10).attributes())
                            .containsEntry("gen_ai.usage.unavailable", "price");
                });
    }

    @Test
    void aListInYamlIsRead() {
        this.contextRunner
                .withPropertyValues("telemetry.observations.prices-location=classpath:prices/prices.yml")
                .run((context) -> assertCost(new Calls(context).call("own-1", "own-1", 1000, 100), 0.0014));
    }

    @Test
    void aBrokenRuleFailsTheStartWithAnAnalysis() {
        assertBroken(PRICES + "[0].output", PRICES + "[0].model=a", PRICES + "[0].input=1");
        assertBroken(PRICES + "[0].model", PRICES + "[0].input=1", PRICES + "[0].output=1");
        assertBroken(
                PRICES + "[0].cached-input",
                PRICES + "[0].model=a",
                PRICES + "[0].input=1",
                PRICES + "[0].output=1",
                PRICES + "[0].cached-input=-0.5");
        assertBroken(
                PRICES + "[0].valid-from",
                PRICES + "[0].model=a",
                PRICES + "[0].input=1",
                PRICES + "[0].output=1",
                PRICES + "[0].valid-from=soon");
        assertBroken(
                PRICES + "[1].model",
                PRICES + "[0].model=a",
                PRICES + "[0].input=1",
                PRICES + "[0].output=1",
                PRICES + "[1].model=A",
                PRICES + "[1].input=2",
                PRICES + "[1].output=1");
        assertBroken(
                "telemetry.observations.prices-location",
                "telemetry.observations.prices-location=classpath:prices/none.json");
        assertBroken(
                "telemetry.observations.prices-location",
                "telemetry.observations.prices-location=classpath:config/application.properties");
    }

    private void assertBroken(String property, String... settings) {
        this.contextRunner.withPropertyValues(settings).run((context) -> {
            assertThat(context).hasFailed();
            FailureAnalysis analysis = new TelemetryConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getDescription()).contains(property);
            assertThat(analysis.getAction()).isNotBlank().doesNotContain("fail-fast");
        });
    }

    private static void assertCost(TelemetryRecord record, double cost) {
        assertThat(record.metrics().get("gen_ai.usage.cost")).isCloseTo(cost, within(1e-12));
    }

    private final class Calls {

        private final ApplicationContext context;

        Calls(ApplicationContext context) {
            this.context = context;
        }

        TelemetryRecord call(String asked, String answered, int input, int output) {
            PriceRulesTests.this.store.clear();
            Observation.createNotStarted("gen_ai.client.operation", this.context.getBean(ObservationRegistry.class))
                    .lowCardinalityKeyValue("gen_ai.operation.name", "chat")
                    .lowCardinalityKeyValue("gen_ai.request.model", asked)
                    .lowCardinalityKeyValue("gen_ai.response.model", answered)
                    .highCardinalityKeyValue("gen_ai.usage.input_tokens", String.valueOf(input))
                    .highCardinalityKeyValue("gen_ai.usage.output_tokens", String.valueOf(output))
                    .observe(() -> {});
            return PriceRulesTests.this
                    .store
                    .records(this.context.getBean(Telemetry.class))
                    .get(0);
        }
    }
}
