package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloudmesh.ai.telemetry.NewThreads;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.alert.AlertAggregate;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.cloudmesh.ai.telemetry.alert.AlertRule;
import org.cloudmesh.ai.telemetry.alert.AlertState;
import org.cloudmesh.ai.telemetry.alert.AlertStatus;
import org.cloudmesh.ai.telemetry.alert.AlertWindow;
import org.cloudmesh.ai.telemetry.micrometer.AlertMetrics;
import org.cloudmesh.ai.telemetry.store.Claims;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Rules in application.yml. */
class TelemetryAlertAutoConfigurationTests {

    private static final String EVALUATING = "telemetry-alerts";

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(TelemetryAutoConfiguration.class, TelemetryAlertAutoConfiguration.class))
            .withPropertyValues("telemetry.backend=memory", "telemetry.context.enabled=false");

    @Test
    void withoutARuleThereIsNoMonitor() {
        this.application.run((context) -> assertThat(context).doesNotHaveBean(AlertMonitor.class));
    }

    @Test
    void aRuleIsEvaluatedAndShownAsAMeter() {
        this.application
                .withPropertyValues(
                        "telemetry.alerts[0].name=spend",
                        "telemetry.alerts[0].metric=gen_ai.usage.cost",
                        "telemetry.alerts[0].aggregate=sum",
                        "telemetry.alerts[0].window=today",
                        "telemetry.alerts[0].above=20",
                        "telemetry.alerts[0].by=attribute.tenant",
                        "telemetry.alerts[0].attribute=feature:chat*")
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    for (String feature : List.of("chat", "chat-beta", "search")) {
                        telemetry
                                .record()
                                .metric("gen_ai.usage.cost", 15)
                                .attribute("tenant", "acme")
                                .attribute("feature", feature)
                                .status(Status.COMPLETED)
                                .emit();
                    }
                    telemetry.flush(Duration.ofSeconds(10));
                    AlertMonitor monitor = context.getBean(AlertMonitor.class);
                    monitor.evaluate();
                    assertThat(monitor.alerts())
                            .extracting(AlertStatus::key, AlertStatus::state, AlertStatus::value)
                            .containsExactly(tuple("acme", AlertState.FIRING, 30.0));
                    SimpleMeterRegistry registry = new SimpleMeterRegistry();
                    context.getBean(AlertMetrics.class).bindTo(registry);
                    assertThat(registry.get("telemetry.alert.firing")
                                    .tag("alert", "spend")
                                    .gauge()
                                    .value())
                            .isEqualTo(1);
                });
    }

    @Test
    void rulesAreEvaluatedWhileTheContextRunsWhenAllListenersAreThere() {
        NewThreads threads = new NewThreads();
        List<String> early = new ArrayList<>();
        this.application
                .withPropertyValues("telemetry.alerts[0].name=silence", "telemetry.alerts[0].below=1")
                .withBean(
                        "listensLater",
                        InitializingBean.class,
                        () -> () -> early.addAll(threads.named(EVALUATING)),
                        (definition) -> definition.setDependsOn("telemetryAlertMonitor"))
                .run((context) -> {
                    assertThat(early).isEmpty();
                    assertThat(threads.named(EVALUATING)).hasSize(1);
                    context.stop();
                    await().untilAsserted(
                                    () -> assertThat(threads.named(EVALUATING)).isEmpty());
                    context.start();
                    assertThat(threads.named(EVALUATING)).hasSize(1);
                });
        await().untilAsserted(() -> assertThat(threads.named(EVALUATING)).isEmpty());
    }

    @Test
    void aMonitorOfTheApplicationIsNotStarted() {
        NewThreads threads = new NewThreads();
        this.application
                .withPropertyValues("telemetry.alerts[0].name=silence", "telemetry.alerts[0].below=1")
                .withUserConfiguration(OwnMonitor.class)
                .run((context) -> {
                    assertThat(context).hasSingleBean(AlertMonitor.class).hasBean("ownMonitor");
                    assertThat(context.getBean(AlertMonitor.class).names()).containsExactly("own");
                    assertThat(threads.named(EVALUATING)).isEmpty();
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnMonitor {

        @Bean
        AlertMonitor ownMonitor(Telemetry telemetry, TelemetryReader reader) {
            AlertRule rule = new AlertRule(
                    "own", null, AlertAggregate.COUNT, AlertWindow.today(), 1, true, null, RecordFilter.ALL, null);
            return new AlertMonitor(
                    List.of(rule), telemetry, reader, "own", Claims.ALONE, (change) -> {}, Clock.systemUTC());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "metric=m;above=1, telemetry.alerts[0].name",
        "name=a;metric=m, telemetry.alerts[0].above",
        "name=a;metric=m;above=1;below=2, telemetry.alerts[0].below",
        "name=a;aggregate=sum;above=1, telemetry.alerts[0]",
        "name=a;above=1;window=soon, telemetry.alerts[0].window",
        "name=a;metric=m;above=1;by=tenant, telemetry.alerts[0].by",
        "name=a;above=1;attribute=tenant, telemetry.alerts[0].attribute",
        "name=a;above=1;webhook=ftp://example.org/x, telemetry.alerts[0]",
        "name=a;above=NaN, telemetry.alerts[0]",
    })
    void aRuleThatCannotWorkEndsTheStart(String properties, String blamed) {
        List<String> values = Arrays.stream(properties.split(";"))
                .map((property) -> "telemetry.alerts[0]." + property)
                .toList();
        this.application.withPropertyValues(values.toArray(String[]::new)).run((context) -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .satisfiesAnyOf(
                            (cause) -> assertThat(cause)
                                    .isInstanceOfSatisfying(
                                            TelemetryConfigurationException.class,
                                            (ex) -> assertThat(ex.property()).isEqualTo(blamed)),
                            (cause) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(blamed + "="));
        });
    }
}
