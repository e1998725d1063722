package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Answers.RETURNS_DEEP_STUBS;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.cloudmesh.ai.telemetry.NewThreads;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

class TelemetryAutoConfigurationTests {

    private final NewThreads newThreads = new NewThreads();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TelemetryAutoConfiguration.class,
                    TelemetryMetricsAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class))
            .withPropertyValues("spring.application.name=train-resnet", "telemetry.close-timeout=2s");

    private ApplicationContextRunner in(String backend, String file) {
        return this.runner.withPropertyValues(
                "telemetry.backend=" + backend, "telemetry.path=" + this.directory.resolve(file));
    }

    @Test
    void recordsIntoTheFileOfTheFirstBackend() {
        Path file = this.directory.resolve("a/b/telemetry.jsonl");
        in("jsonl", "a/b/telemetry.jsonl")
                .withPropertyValues("telemetry.run=night-1")
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    telemetry.emit("accuracy", 0.92, Status.COMPLETED);
                    assertThat(telemetry.flush(PATIENCE)).isTrue();
                    assertThat(Files.readAllLines(file))
                            .singleElement()
                            .asString()
                            .contains("\"command\":\"train-resnet\"", "\"run\":\"night-1\"", "\"accuracy\":0.92");
                });
    }

    @Test
    void aSecondBackendWritesBesideTheFirst() {
        in("jsonl, text", "records.jsonl")
                .withPropertyValues("telemetry.text.path=" + this.directory.resolve("t.log"))
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    telemetry.emit("accuracy", 0.92);
                    assertThat(telemetry.flush(PATIENCE)).isTrue();
                    assertThat(this.directory.resolve("records.jsonl")).isNotEmptyFile();
                    await().untilAsserted(() -> assertThat(this.directory.resolve("t.log"))
                            .content()
                            .contains("0.92"));
                });
    }

    @Test
    void closingTheContextDrains() throws IOException {
        in("jsonl", "telemetry.jsonl").run((context) -> {
            for (int i = 0; i < 5000; i++) {
                context.getBean(Telemetry.class).emit("n", i);
            }
        });
        assertThat(Files.readAllLines(this.directory.resolve("telemetry.jsonl")))
                .hasSize(5000);
    }

    @Test
    void offMeansNothingAtAll() {
        for (String off : List.of("telemetry.enabled=false", TelemetryBuilder.KILL_SWITCH + "=yes")) {
            in("jsonl", "off.jsonl").withPropertyValues(off).run((context) -> {
                Telemetry telemetry = context.getBean(Telemetry.class);
                telemetry.emit("n", 1);
                assertThat(telemetry.flush(Duration.ZERO)).isTrue();
                assertThat(telemetry.record().metric("n", 1).emitDurably()).isCompleted();
                assertThat(context).doesNotHaveBean(PipelineView.class);
                assertThat(context.getBean(MeterRegistry.class).getMeters())
                        .noneMatch((meter) -> meter.getId().getName().startsWith("telemetry"));
                assertThat(this.newThreads.named("telemetry")).isEmpty();
                assertThat(this.directory).isEmptyDirectory();
            });
        }
    }

    @Test
    void backsOffForTheUsersOwnRecorder() {
        Telemetry own = Telemetry.disabled();
        this.runner.withBean(Telemetry.class, () -> own).run((context) -> {
            assertThat(context).hasSingleBean(Telemetry.class).doesNotHaveBean(PipelineView.class);
            assertThat(context.getBean(Telemetry.class)).isSameAs(own);
        });
    }

    @Test
    void aCustomizerHasTheLastWord() {
        in("jsonl", "telemetry.jsonl")
                .withBean(TelemetryBuilderCustomizer.class, () -> (builder) -> builder.command("customised"))
                .run((context) -> assertThat(
                                context.getBean(PipelineView.class).origin().command())
                        .isEqualTo("customised"));
    }

    @Test
    void aStoreBeanIsOneMoreBackend() {
        in("jsonl", "telemetry.jsonl").withUserConfiguration(OwnStore.class).run((context) -> {
            Telemetry telemetry = context.getBean(Telemetry.class);
            telemetry.emit("n", 1);
            assertThat(telemetry.flush(PATIENCE)).isTrue();
            await().until(() -> context.getBean(Kept.class).records.size() == 1);
            assertThat(context.getBean(PipelineView.class).stores())
                    .extracting(StoreStatus::backend)
                    .containsExactly("jsonl", "own");
        });
    }

    @Test
    void anUnknownBackendFailsTheStartOnlyWhenAskedTo() {
        this.runner.withPropertyValues("telemetry.backend=mongo").run((context) -> {
            assertThat(context).hasNotFailed();
            context.getBean(Telemetry.class).emit("n", 1);
            PipelineView pipeline = context.getBean(PipelineView.class);
            await().until(() -> pipeline.stores().get(0).degraded() != null);
            assertThat(pipeline.stores().get(0).degraded().reason()).contains("telemetry.backend=mongo", "jsonl");
        });
        this.runner
                .withPropertyValues("telemetry.backend=mongo", "telemetry.fail-fast=true")
                .run((context) -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis =
                            new TelemetryConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(analysis.getDescription()).contains("telemetry.backend=mongo");
                    assertThat(analysis.getAction())
                            .startsWith("Choose one of ")
                            .contains("jsonl", "memory");
                });
    }

    @Test
    void aDirectoryAsPathFailsTheStartOnlyWhenAskedTo() {
        in("jsonl", "").run((context) -> {
            assertThat(context).hasNotFailed();
            PipelineView pipeline = context.getBean(PipelineView.class);
            await().until(() -> pipeline.stores().get(0).degraded() != null);
            assertThat(pipeline.stores().get(0).degraded().reason()).contains(this.directory.toString());
        });
        in("jsonl", "").withPropertyValues("telemetry.fail-fast=true").run((context) -> {
            assertThat(context).getFailure().rootCause().isInstanceOf(Exception.class);
            FailureAnalysis analysis = new TelemetryConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis.getDescription()).contains("telemetry.path=" + this.directory);
            assertThat(analysis.getCause()).isInstanceOf(TelemetryConfigurationException.class);
        });
    }

    @Test
    void metricsBecomeDistributionSummariesWithTheSameTags() {
        in("jsonl", "telemetry.jsonl").withBean(SimpleMeterRegistry.class).run((context) -> {
            Telemetry telemetry = context.getBean(Telemetry.class);
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            telemetry.emit("inference_latency", 0.125, Status.COMPLETED);
            telemetry
                    .record()
                    .event("inference")
                    .metric("inference_latency", 0.375)
                    .emit();
            telemetry.emit(Map.of("drift", -1));
            telemetry.emit("a.b", 1);
            telemetry.emit("a_b", 1);
            telemetry.record().metric("quiet", 1).unmetered().emit();
            assertThat(telemetry.flush(PATIENCE)).isTrue();
            DistributionSummary completed = registry.get("telemetry.inference_latency")
                    .tags("command", "train-resnet", "status", "completed", "event", "none")
                    .summary();
            assertThat(completed.totalAmount()).isEqualTo(0.125);
            assertThat(registry.get("telemetry.inference_latency")
                            .tags("event", "inference")
                            .summary()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.find("telemetry.quiet").summary()).isNull();
            assertThat(skipped(registry, "negative")).isEqualTo(1);
            assertThat(skipped(registry, "collision")).isEqualTo(1);
            assertThat(registry.get("telemetry.pipeline.accepted")
                            .functionCounter()
                            .count())
                    .isEqualTo(6);
            assertThat(registry.get("telemetry.pipeline.written")
                            .functionCounter()
                            .count())
                    .isEqualTo(6);
            assertThat(registry.get("telemetry.pipeline.queued").gauge().value())
                    .isZero();
            assertThat(registry.get("telemetry.pipeline.degraded").gauge().value())
                    .isZero();
            assertThat(registry.get("telemetry.pipeline.write").timer().count()).isPositive();
            assertThat(registry.get("telemetry.pipeline.dropped")
                            .tag("reason", "queue-full")
                            .functionCounter()
                            .count())
                    .isZero();
        });
    }

    @Test
    @FaultRow(
            number = 21,
            injected = "200,000 metric names in an application with 100 meters at most",
            expected = "100 meters; of the 10,000 names that stay metrics the others are counted as skipped")
    void aHostOfNamesDoesNotBecomeAHostOfMeters() {
        in("none", "")
                .withPropertyValues(
                        "telemetry.micrometer.max-meters=100",
                        "telemetry.queue.when-full=block",
                        "telemetry.queue.block-timeout=10s")
                .withBean(SimpleMeterRegistry.class)
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    for (int i = 0; i < 200_000; i++) {
                        telemetry.emit("name-" + i, i);
                    }
                    assertThat(telemetry.flush(PATIENCE)).isTrue();
                    assertThat(registry.getMeters()).hasSizeLessThan(150);
                    assertThat(skipped(registry, "limit")).isEqualTo(9_900);
                });
    }

    @Test
    void recordsSayWhichVersionOfTheApplicationWroteThem() {
        Properties build = new Properties();
        build.setProperty("version", "1.4.2");
        in("jsonl", "telemetry.jsonl")
                .withBean(BuildProperties.class, () -> new BuildProperties(build))
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    PipelineView pipeline = context.getBean(PipelineView.class);
                    await().until(() -> pipeline.context().system() != null);
                    telemetry.emit("n", 1);
                    assertThat(telemetry.flush(PATIENCE)).isTrue();
                    assertThat(this.directory.resolve("telemetry.jsonl"))
                            .content()
                            .contains("\"app_name\":\"train-resnet\"", "\"app_version\":\"1.4.2\"");
                });
    }

    @Test
    void recordsCarryTheCurrentTraceAndThePrincipalOnlyWhenAskedFor() {
        Span span = mock(Span.class, RETURNS_DEEP_STUBS);
        given(span.context().traceId()).willReturn("4bf92f3577b34da6a3ce929d0e0e4736");
        given(span.context().spanId()).willReturn("00f067aa0ba902b7");
        Tracer tracer = mock(Tracer.class);
        given(tracer.currentSpan()).willReturn(span);
        SecurityContextHolder.getContext()
                .setAuthentication(UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of()));
        ApplicationContextRunner traced = in("memory", "")
                .withConfiguration(AutoConfigurations.of(
                        TelemetryTraceAutoConfiguration.class, TelemetryPrincipalAutoConfiguration.class))
                .withBean(Tracer.class, () -> tracer);
        try {
            traced.run((context) -> assertThat(attributes(context.getBean(Telemetry.class), context))
                    .containsOnly(
                            Map.entry("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
                            Map.entry("span_id", "00f067aa0ba902b7")));
            traced.withPropertyValues("telemetry.context.principal=true")
                    .run((context) -> assertThat(attributes(context.getBean(Telemetry.class), context))
                            .containsEntry("enduser.id", "ada"));
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    private static Map<String, String> attributes(Telemetry telemetry, ApplicationContext context) {
        telemetry.emit("n", 1);
        assertThat(telemetry.flush(PATIENCE)).isTrue();
        return context.getBean(TelemetryReader.class)
                .records(RecordFilter.ALL, null, 1)
                .records()
                .get(0)
                .attributes();
    }

    @Test
    void worksWithoutMicrometer() {
        in("jsonl", "telemetry.jsonl")
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    telemetry.emit("n", 1);
                    assertThat(telemetry.flush(PATIENCE)).isTrue();
                });
    }

    @Test
    void fiftyRestartsLeaveNoThreadBehind() {
        for (int i = 0; i < 50; i++) {
            in("jsonl", "telemetry.jsonl")
                    .run((context) -> context.getBean(Telemetry.class).emit("n", 1));
        }
        await().untilAsserted(
                        () -> assertThat(this.newThreads.named("telemetry")).isEmpty());
    }

    private static double skipped(MeterRegistry registry, String reason) {
        return registry.get("telemetry.pipeline.meters.skipped")
                .tag("reason", reason)
                .counter()
                .count();
    }

    static class Kept {

        final List<TelemetryRecord> records = new ArrayList<>();
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnStore {

        @Bean
        Kept kept() {
            return new Kept();
        }

        @Bean
        TelemetryStore ownStore(Kept kept) {
            return new TelemetryStore() {

                @Override
                public String name() {
                    return "own";
                }

                @Override
                public void write(List<TelemetryRecord> batch, boolean durable) {
                    kept.records.addAll(batch);
                }
            };
        }
    }
}
