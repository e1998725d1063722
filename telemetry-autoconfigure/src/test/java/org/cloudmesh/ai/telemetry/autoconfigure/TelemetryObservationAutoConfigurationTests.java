package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import brave.Tracing;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.Tracking;
import org.cloudmesh.ai.telemetry.actuate.TelemetryEndpoint;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jChatListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jEmbeddingListener;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.StreamTimingAdvisor;
import org.cloudmesh.ai.telemetry.ai.TelemetryContentMasker;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.observation.VectorStoreObservationContext;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
class TelemetryObservationAutoConfigurationTests {

    private final CapturingStore store = new CapturingStore();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TelemetryAutoConfiguration.class,
                    TelemetryObservationAutoConfiguration.class,
                    TelemetryChatClientAutoConfiguration.class,
                    TelemetryToolAutoConfiguration.class,
                    TelemetryLangChain4jAutoConfiguration.class,
                    ObservationAutoConfiguration.class))
            .withPropertyValues("telemetry.backend=none", "telemetry.context.enabled=false")
            .withBean("store", CapturingStore.class, () -> this.store);

    @Test
    void whatIsThereByDefault() {
        this.contextRunner.run((context) -> assertThat(context)
                .hasSingleBean(TelemetryObservationHandler.class)
                .hasSingleBean(StreamTimingAdvisor.class)
                .hasSingleBean(LangChain4jChatListener.class)
                .hasSingleBean(LangChain4jEmbeddingListener.class)
                .hasSingleBean(AiRecorder.class));
    }

    @Test
    void nothingIsThereWhenTelemetryOrItsObservationsAreOff() {
        for (String property : List.of(
                "telemetry.enabled=false",
                "CLOUDMESH_AI_TELEMETRY_DISABLED=yes",
                "telemetry.observations.enabled=false")) {
            this.contextRunner
                    .withPropertyValues(property)
                    .run((context) -> assertThat(context)
                            .doesNotHaveBean(TelemetryObservationHandler.class)
                            .doesNotHaveBean(StreamTimingAdvisor.class)
                            .doesNotHaveBean(ChatModelListener.class)
                            .doesNotHaveBean(AiRecorder.class));
        }
    }

    @Test
    void everythingBacksOff() {
        AiRecorder own = new AiRecorder(
                Telemetry.disabled(), PriceTable.EMPTY, new TelemetryContextContributors(List.of()), null);
        this.contextRunner
                .withBean("ownRecorder", AiRecorder.class, () -> own)
                .withBean(
                        "ownHandler",
                        TelemetryObservationHandler.class,
                        () -> new TelemetryObservationHandler(own, new ObservationSelection(Set.of(), Set.of())))
                .withBean("ownAdvisor", StreamTimingAdvisor.class, StreamTimingAdvisor::new)
                .withBean("ownChat", LangChain4jChatListener.class, () -> new LangChain4jChatListener(own))
                .withBean(
                        "ownEmbedding", LangChain4jEmbeddingListener.class, () -> new LangChain4jEmbeddingListener(own))
                .run((context) -> {
                    assertThat(context).getBean(AiRecorder.class).isSameAs(own);
                    assertThat(context)
                            .getBeanNames(TelemetryObservationHandler.class)
                            .containsExactly("ownHandler");
                    assertThat(context).getBeanNames(StreamTimingAdvisor.class).containsExactly("ownAdvisor");
                    assertThat(context)
                            .getBeanNames(LangChain4jChatListener.class)
                            .containsExactly("ownChat");
                    assertThat(context)
                            .getBeanNames(LangChain4jEmbeddingListener.class)
                            .containsExactly("ownEmbedding");
                });
    }

    @Test
    void eachLibraryMayBeMissing() {
        this.contextRunner
                .withClassLoader(new FilteredClassLoader("org.springframework.ai", "dev.langchain4j"))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(TelemetryObservationHandler.class)
                        .doesNotHaveBean(StreamTimingAdvisor.class)
                        .doesNotHaveBean(LangChain4jChatListener.class));
        this.contextRunner
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(TelemetryObservationHandler.class)
                        .hasSingleBean(LangChain4jChatListener.class));
    }

    @Test
    void anyObservationCanBeChosenAndOthersLeftOut() {
        this.contextRunner
                .withPropertyValues(
                        "telemetry.observations.include=gen_ai,shop.order",
                        "telemetry.observations.exclude=gen_ai.batch")
                .run((context) -> {
                    ObservationRegistry registry = context.getBean(ObservationRegistry.class);
                    for (String name : List.of("shop.order.pay", "shop.orders", "gen_ai.batch", "spring.ai.tool")) {
                        Observation.createNotStarted(name, registry)
                                .lowCardinalityKeyValue("method", "card")
                                .lowCardinalityKeyValue("region", "none")
                                .highCardinalityKeyValue("customer", "ada")
                                .observe(() -> {});
                    }
                    TelemetryRecord record = only(context.getBean(Telemetry.class));
                    assertThat(record.event()).isEqualTo("shop.order.pay");
                    assertThat(record.metrics()).containsOnlyKeys("shop.order.pay.duration");
                    assertThat(record.attributes()).containsOnlyKeys("method", "trace_id", "span_id");
                });
    }

    @Test
    void anErrorIsNamedInFull() {
        this.contextRunner.run((context) -> {
            Observation observation =
                    Observation.start("gen_ai.client.operation", context.getBean(ObservationRegistry.class));
            observation.error(new IllegalStateException("the prompt was: hi"));
            observation.stop();
            TelemetryRecord record = only(context.getBean(Telemetry.class));
            assertThat(record.status()).isEqualTo(Status.FAILED);
            assertThat(record.attributes()).containsEntry("error.type", "java.lang.IllegalStateException");
            assertThat(record.message()).isNull();
        });
    }

    @Test
    void otherLibrariesModelCallsAreReadByTheirKeyValues() {
        this.contextRunner
                .withPropertyValues(
                        "telemetry.observations.prices[0].model=own-*",
                        "telemetry.observations.prices[0].input=1",
                        "telemetry.observations.prices[0].output=2")
                .run((context) -> {
                    Observation.createNotStarted("gen_ai.client.operation", context.getBean(ObservationRegistry.class))
                            .lowCardinalityKeyValue("gen_ai.system", "bedrock_converse")
                            .lowCardinalityKeyValue("gen_ai.operation.name", "embedding")
                            .lowCardinalityKeyValue("gen_ai.request.model", "own-model")
                            .lowCardinalityKeyValue("gen_ai.response.model", "none")
                            .highCardinalityKeyValue("gen_ai.usage.input_tokens", "1000000")
                            .observe(() -> {});
                    TelemetryRecord record = only(context.getBean(Telemetry.class));
                    assertThat(record.metrics())
                            .containsEntry("gen_ai.usage.input_tokens", 1e6)
                            .containsEntry("gen_ai.usage.cost", 1.0);
                    assertThat(record.attributes())
                            .containsEntry("gen_ai.provider.name", "aws.bedrock")
                            .containsEntry("gen_ai.operation.name", "embeddings")
                            .containsEntry("gen_ai.usage.cost.currency", "USD")
                            .doesNotContainKeys("gen_ai.system", "gen_ai.response.model");
                });
    }

    @Test
    void anObservationThatIsStoppedTwiceIsOneRecord() {
        this.contextRunner.run((context) -> {
            Observation observation =
                    Observation.start("gen_ai.client.operation", context.getBean(ObservationRegistry.class));
            observation.stop();
            observation.stop();
            only(context.getBean(Telemetry.class));
        });
    }

    @Test
    void whatFollowsOpenTelemetrysDefinitionIsNotAddedToAgain() {
        this.contextRunner
                .withPropertyValues(
                        "telemetry.observations.prices[0].model=claude*",
                        "telemetry.observations.prices[0].input=1",
                        "telemetry.observations.prices[0].output=4",
                        "telemetry.observations.prices[0].cached-input=0.1",
                        "telemetry.observations.prices[0].cache-creation-input=1.25")
                .run((context) -> {
                    Observation.createNotStarted("gen_ai.client.inference", context.getBean(ObservationRegistry.class))
                            .lowCardinalityKeyValue("gen_ai.provider.name", "anthropic")
                            .lowCardinalityKeyValue("gen_ai.operation.name", "chat")
                            .lowCardinalityKeyValue("gen_ai.response.model", "claude-1")
                            .lowCardinalityKeyValue("gen_ai.usage.input_tokens", "92007")
                            .highCardinalityKeyValue("gen_ai.usage.output_tokens", "100")
                            .highCardinalityKeyValue("gen_ai.usage.cache_read.input_tokens", "90000")
                            .highCardinalityKeyValue("gen_ai.usage.cache_write.input_tokens", "2000")
                            .highCardinalityKeyValue("gen_ai.response.id", "r-1")
                            .observe(() -> {});
                    TelemetryRecord record = only(context.getBean(Telemetry.class));
                    assertThat(record.metrics())
                            .containsEntry("gen_ai.usage.input_tokens", 92_007.0)
                            .containsEntry("gen_ai.usage.cache_read.input_tokens", 90_000.0)
                            .containsEntry("gen_ai.usage.cache_creation.input_tokens", 2_000.0);
                    assertThat(record.metrics().get("gen_ai.usage.cost"))
                            .isCloseTo((7 + 9_000 + 2_500 + 400) / 1e6, within(1e-12));
                    assertThat(record.attributes())
                            .containsEntry("gen_ai.response.id", "r-1")
                            .doesNotContainKey("gen_ai.usage.input_tokens");
                });
    }

    @Test
    void aGenericObservationAroundOrWithinATypedOneIsTheSameCall() {
        this.contextRunner.run((context) -> {
            ObservationRegistry registry = context.getBean(ObservationRegistry.class);
            generic("chat", registry).observe(() -> chat(registry));
            assertThat(only(context.getBean(Telemetry.class)).attributes())
                    .containsEntry("gen_ai.provider.name", "openai");
            this.store.clear();
            generic("invoke_agent", registry).observe(() -> chat(registry));
            List<TelemetryRecord> records = this.store.records(context.getBean(Telemetry.class));
            assertThat(records)
                    .extracting((record) -> record.attributes().get("gen_ai.operation.name"))
                    .containsExactly("chat", "invoke_agent");
            assertThat(records.get(0).attributes())
                    .containsEntry("parent_span_id", records.get(1).attributes().get("span_id"));
            this.store.clear();
            ChatModelObservationContext typed = ChatModelObservationContext.builder()
                    .prompt(new Prompt("question"))
                    .provider("openai")
                    .build();
            Observation.createNotStarted("gen_ai.client.operation", () -> typed, registry)
                    .observe(() -> generic("chat", registry).observe(() -> {}));
            only(context.getBean(Telemetry.class));
        });
    }

    private static Observation generic(String operation, ObservationRegistry registry) {
        return Observation.createNotStarted("gen_ai.client.operation", registry)
                .lowCardinalityKeyValue("gen_ai.operation.name", operation);
    }

    @Test
    void anObservationThatNobodyCanStopIsAbandoned() {
        this.contextRunner.run((context) -> {
            generic("chat", context.getBean(ObservationRegistry.class)).start();
            assertThat(context.getBean(AiRecorder.class).inFlight().count()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                System.gc();
                return this.store.records(context.getBean(Telemetry.class)).size() == 1;
            });
            TelemetryRecord record = only(context.getBean(Telemetry.class));
            assertThat(record.status()).isEqualTo(Status.CANCELLED);
            assertThat(record.attributes()).containsEntry("error.type", "abandoned");
        });
    }

    @Test
    void theOverviewShowsWhatIsInFlight() {
        this.contextRunner
                .withConfiguration(AutoConfigurations.of(TelemetryEndpointAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.exposure.include=telemetry", "telemetry.backend=memory")
                .run((context) -> {
                    TelemetryEndpoint endpoint = context.getBean(TelemetryEndpoint.class);
                    Observation call = generic("chat", context.getBean(ObservationRegistry.class))
                            .start();
                    assertThat(endpoint.overview().get("inFlight"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsEntry("count", 1)
                            .hasEntrySatisfying(
                                    "oldest", (age) -> assertThat((Double) age).isPositive());
                    call.stop();
                    assertThat(endpoint.overview().get("inFlight"))
                            .asInstanceOf(InstanceOfAssertFactories.MAP)
                            .containsEntry("count", 0)
                            .containsEntry("oldest", null);
                });
    }

    @Test
    void whatHidesAnObservationIsNamedInTheLog(CapturedOutput output) {
        ObservationPredicate quiet = (name, context) -> !name.equals("spring.ai.tool");
        this.contextRunner
                .withBean("quietTools", ObservationPredicate.class, () -> quiet)
                .run((context) -> assertThat(output)
                        .containsOnlyOnce("spring.ai.tool is not recorded: it is hidden by the bean quietTools")
                        .doesNotContain("gen_ai.client.operation is not recorded"));
        this.contextRunner
                .withPropertyValues("management.observations.enable.spring.ai=false")
                .run((context) ->
                        assertThat(output).contains("hidden by management.observations.enable.spring.ai.tool or"));
        this.contextRunner
                .withPropertyValues(
                        "telemetry.observations.exclude=spring.ai.tool",
                        "management.observations.enable.spring.ai=false")
                .run((context) -> assertThat(output).containsOnlyOnce("hidden by management"));
    }

    @Test
    void embabelsObservationsAreChosenByTheirBeginning() {
        this.contextRunner
                .withPropertyValues("telemetry.observations.include=gen_ai,embabel")
                .run((context) -> {
                    ObservationRegistry registry = context.getBean(ObservationRegistry.class);
                    Observation.createNotStarted("embabel.agent", registry)
                            .lowCardinalityKeyValue("gen_ai.operation.name", "agent")
                            .lowCardinalityKeyValue("embabel.agent.name", "Planner")
                            .highCardinalityKeyValue("input.value", "SECRET")
                            .observe(() -> Observation.createNotStarted("embabel.llm", registry)
                                    .lowCardinalityKeyValue("gen_ai.operation.name", "chat")
                                    .observe(() -> chat(registry)));
                    List<TelemetryRecord> records = this.store.records(context.getBean(Telemetry.class));
                    assertThat(records)
                            .extracting(TelemetryRecord::event)
                            .containsExactly("gen_ai.client.operation", "embabel.agent");
                    assertThat(records.get(1).attributes())
                            .containsEntry("embabel.agent.name", "Planner")
                            .doesNotContainKey("input.value");
                });
    }

    @Test
    void vectorStoresAreRecordedWithoutTheQuery() {
        this.contextRunner.run((context) -> {
            searchFor("secret plans", context.getBean(ObservationRegistry.class));
            TelemetryRecord record = only(context.getBean(Telemetry.class));
            assertThat(record.metrics()).containsOnlyKeys("db.vector.client.operation.duration");
            assertThat(record.attributes())
                    .containsEntry("db.system", "simple")
                    .containsEntry("db.operation.name", "query")
                    .containsEntry("db.collection.name", "docs")
                    .doesNotContainKey("db.query.text");
        });
    }

    @Test
    void contentIsRecordedWhenChosenAndMaskedFirst() {
        TelemetryContentMasker masker = (attribute, content) -> content.replace("secret", "***");
        this.contextRunner
                .withBean(TelemetryContentMasker.class, () -> masker)
                .withPropertyValues(
                        "telemetry.observations.content=true", "telemetry.observations.max-content-length=9")
                .run((context) -> {
                    searchFor("secret plans", context.getBean(ObservationRegistry.class));
                    assertThat(only(context.getBean(Telemetry.class)).attributes())
                            .containsEntry("db.query.text", "*** plans");
                });
    }

    @Test
    void aMaskerThatFailsIsToldOfWithoutTheContent(CapturedOutput output) {
        TelemetryContentMasker quoting = (attribute, content) -> {
            throw new IllegalStateException("cannot mask " + content);
        };
        this.contextRunner
                .withBean(TelemetryContentMasker.class, () -> quoting)
                .withPropertyValues("telemetry.observations.content=true")
                .run((context) -> {
                    for (int i = 0; i < 3; i++) {
                        searchFor("secret plans", context.getBean(ObservationRegistry.class));
                    }
                });
        assertThat(output.toString().lines().filter((line) -> line.contains("db.query.text")))
                .hasSize(2)
                .allMatch((line) -> line.contains("WARN") && line.contains("IllegalStateException"));
        assertThat(output).doesNotContain("secret plans");
    }

    @Test
    void promptsAndCompletionsAreRecordedWhenChosen() {
        this.contextRunner
                .withPropertyValues("telemetry.observations.content=true")
                .run((context) -> {
                    chat(context.getBean(ObservationRegistry.class));
                    assertThat(only(context.getBean(Telemetry.class)).attributes())
                            .containsEntry("gen_ai.input.messages", "question")
                            .containsEntry("gen_ai.output.messages", "answer");
                });
    }

    @Test
    void promptsAndCompletionsAreLeftOutOtherwiseAndWhenTheMaskerFails() {
        this.contextRunner.run((context) -> {
            chat(context.getBean(ObservationRegistry.class));
            assertThat(only(context.getBean(Telemetry.class)).attributes().toString())
                    .doesNotContain("question", "answer");
        });
        this.store.clear();
        TelemetryContentMasker broken = (attribute, content) -> {
            throw new IllegalStateException("broken");
        };
        this.contextRunner
                .withBean(TelemetryContentMasker.class, () -> broken)
                .withPropertyValues("telemetry.observations.content=true")
                .run((context) -> {
                    chat(context.getBean(ObservationRegistry.class));
                    assertThat(only(context.getBean(Telemetry.class))
                                    .attributes()
                                    .toString())
                            .doesNotContain("question", "answer");
                });
    }

    @Test
    void observationsBeneathOneRootShareATrace() {
        this.contextRunner.run((context) -> {
            ObservationRegistry registry = context.getBean(ObservationRegistry.class);
            Observation.createNotStarted("http.server.requests", registry).observe(() -> {
                Observation.createNotStarted("gen_ai.client.operation", registry)
                        .observe(() -> {});
                Observation.createNotStarted("spring.ai.tool", registry).observe(() -> {});
            });
            Observation.createNotStarted("gen_ai.client.operation", registry).observe(() -> {});
            List<String> traces = this.store.records(context.getBean(Telemetry.class)).stream()
                    .map((record) -> record.attributes().get("trace_id"))
                    .toList();
            assertThat(traces.get(0)).isEqualTo(traces.get(1)).isNotEqualTo(traces.get(2));
        });
    }

    @Test
    void aTracersIdentitiesAreTaken() {
        this.contextRunner
                .withBean(DefaultTracingObservationHandler.class, () -> new DefaultTracingObservationHandler(tracer()))
                .run((context) -> {
                    String[] ids = new String[2];
                    Observation observation = Observation.createNotStarted(
                            "gen_ai.client.operation", context.getBean(ObservationRegistry.class));
                    observation.observe(() -> {
                        Span span = observation
                                .getContext()
                                .<TracingContext>get(TracingContext.class)
                                .getSpan();
                        ids[0] = span.context().traceId();
                        ids[1] = span.context().spanId();
                    });
                    assertThat(only(context.getBean(Telemetry.class)).attributes())
                            .containsEntry("trace_id", ids[0])
                            .containsEntry("span_id", ids[1])
                            .doesNotContainKey("parent_span_id");
                });
    }

    @Test
    void trackedWorkIsTheParentOfCallsAndToolsWithin() {
        this.contextRunner.run((context) -> placed(context, "http.server.requests"));
    }

    @Test
    void trackedWorkIsTheParentOfCallsAndToolsWithinATracersSpan() {
        this.contextRunner
                .withBean(DefaultTracingObservationHandler.class, () -> new DefaultTracingObservationHandler(tracer()))
                .run((context) -> placed(context, "http.server.requests"));
    }

    private void placed(ApplicationContext context, String enclosing) {
        ObservationRegistry registry = context.getBean(ObservationRegistry.class);
        Telemetry telemetry = context.getBean(Telemetry.class);
        Observation.createNotStarted(enclosing, registry).observe(() -> {
            telemetry.emit("before", 1);
            telemetry.track(
                    "answer",
                    () -> Observation.createNotStarted("spring.ai.chat.client", registry)
                            .observe(() -> {
                                chat(registry);
                                telemetry.emit("within", 1);
                                Observation.createNotStarted("spring.ai.tool", registry)
                                        .observe(() -> telemetry.track("lookup", () -> {}));
                            }));
        });
        List<TelemetryRecord> records = this.store.ends(telemetry);
        assertThat(records)
                .extracting((record) -> record.attributes().get("trace_id"))
                .containsOnly(records.get(0).attributes().get("trace_id"));
        String answer = spanOf(records, "answer");
        assertThat(parentOf(records, "gen_ai.client.operation")).isEqualTo(answer);
        assertThat(parentOf(records, "spring.ai.tool")).isEqualTo(answer);
        assertThat(parentOf(records, "lookup")).isEqualTo(spanOf(records, "spring.ai.tool"));
        assertThat(records.get(0).attributes().get("span_id")).isNotNull().isNotEqualTo(answer);
        this.store.clear();
    }

    @Test
    void workOutsideAnySpanTakesOverTheTraceThatATracerBeginsWithin() {
        this.contextRunner
                .withBean(DefaultTracingObservationHandler.class, () -> new DefaultTracingObservationHandler(tracer()))
                .run((context) -> {
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    String[] traced = new String[1];
                    telemetry.track("answer", () -> {
                        Observation observation = Observation.createNotStarted(
                                "gen_ai.client.operation", context.getBean(ObservationRegistry.class));
                        observation.observe(() -> traced[0] = observation
                                .getContext()
                                .<TracingContext>get(TracingContext.class)
                                .getSpan()
                                .context()
                                .traceId());
                        chat(context.getBean(ObservationRegistry.class));
                    });
                    List<TelemetryRecord> records = this.store.ends(telemetry);
                    assertThat(records)
                            .hasSize(3)
                            .allSatisfy(
                                    (record) -> assertThat(record.attributes()).containsEntry("trace_id", traced[0]));
                    assertThat(records.subList(0, 2))
                            .extracting((record) -> record.attributes().get("parent_span_id"))
                            .containsOnly(spanOf(records, "answer"));
                });
    }

    @Test
    void aRequestFromElsewhereIsNotWithinWhatItsThreadIsIn() {
        this.contextRunner.run((context) -> {
            ObservationRegistry registry = context.getBean(ObservationRegistry.class);
            Telemetry telemetry = context.getBean(Telemetry.class);
            try (Tracking forgotten = telemetry.track("forgotten")) {
                Observation.createNotStarted(
                                "http.server.requests", () -> new ReceiverContext<>((carrier, key) -> null), registry)
                        .observe(() -> telemetry.emit("within", 1));
                forgotten.complete();
            }
            List<TelemetryRecord> records = this.store.ends(telemetry);
            assertThat(records.get(0).attributes().get("trace_id"))
                    .isNotNull()
                    .isNotEqualTo(records.get(1).attributes().get("trace_id"));
        });
    }

    private static @Nullable String spanOf(List<TelemetryRecord> records, String event) {
        return of(records, event).get("span_id");
    }

    private static @Nullable String parentOf(List<TelemetryRecord> records, String event) {
        return of(records, event).get("parent_span_id");
    }

    private static Map<String, String> of(List<TelemetryRecord> records, String event) {
        return records.stream()
                .filter((record) -> event.equals(record.event()))
                .findFirst()
                .orElseThrow()
                .attributes();
    }

    private static Tracer tracer() {
        Tracing tracing = Tracing.newBuilder().build();
        return new BraveTracer(tracing.tracer(), new BraveCurrentTraceContext(tracing.currentTraceContext()));
    }

    private static void searchFor(String text, ObservationRegistry registry) {
        VectorStoreObservationContext search = VectorStoreObservationContext.builder(
                        "simple", VectorStoreObservationContext.Operation.QUERY)
                .collectionName("docs")
                .queryRequest(SearchRequest.builder().query(text).build())
                .build();
        Observation.createNotStarted("db.vector.client.operation", () -> search, registry)
                .observe(() -> {});
    }

    private static void chat(ObservationRegistry registry) {
        ChatModelObservationContext chat = ChatModelObservationContext.builder()
                .prompt(new Prompt("question"))
                .provider("openai")
                .build();
        Observation.createNotStarted("gen_ai.client.operation", () -> chat, registry)
                .observe(() ->
                        chat.setResponse(new ChatResponse(List.of(new Generation(new AssistantMessage("answer"))))));
    }

    private TelemetryRecord only(Telemetry telemetry) {
        assertThat(this.store.records(telemetry)).hasSize(1);
        return this.store.records(telemetry).get(0);
    }
}
