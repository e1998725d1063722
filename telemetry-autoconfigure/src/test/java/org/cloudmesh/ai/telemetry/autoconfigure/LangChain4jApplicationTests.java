package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import brave.Tracing;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agentic.Agent;
import dev.langchain4j.agentic.AgenticServices;
import dev.langchain4j.agentic.UntypedAgent;
import dev.langchain4j.mcp.client.DefaultMcpClient;
import dev.langchain4j.mcp.client.McpCallContext;
import dev.langchain4j.mcp.client.McpClient;
import dev.langchain4j.mcp.client.transport.McpOperationHandler;
import dev.langchain4j.mcp.client.transport.McpTransport;
import dev.langchain4j.mcp.protocol.McpCallToolParams;
import dev.langchain4j.mcp.protocol.McpCallToolRequest;
import dev.langchain4j.mcp.protocol.McpClientMessage;
import dev.langchain4j.mcp.protocol.McpInitializeRequest;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiModerationModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import dev.langchain4j.service.UserMessage;
import dev.langchain4j.service.V;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.ai.LangChain4jMcpListener;
import org.cloudmesh.ai.telemetry.ai.provider.OpenAiServer;
import org.cloudmesh.ai.telemetry.ai.provider.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What an application builds of LangChain4j as beans is recorded without a line of code, with LangChain4j's real
 * clients.
 */
@ExtendWith(OutputCaptureExtension.class)
public class LangChain4jApplicationTests {

    private final OpenAiServer server = new OpenAiServer();

    private final CapturingStore store = new CapturingStore();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    TelemetryAutoConfiguration.class,
                    TelemetryTraceAutoConfiguration.class,
                    TelemetryObservationAutoConfiguration.class,
                    TelemetryLangChain4jAutoConfiguration.class,
                    TelemetryLangChain4jServiceAutoConfiguration.class,
                    TelemetryLangChain4jAgentAutoConfiguration.class,
                    TelemetryLangChain4jMcpAutoConfiguration.class,
                    ObservationAutoConfiguration.class))
            .withPropertyValues("telemetry.backend=none", "telemetry.context.enabled=false")
            .withBean("store", CapturingStore.class, () -> this.store)
            .withBean("address", Address.class, () -> new Address(this.server.url()))
            .withUserConfiguration(Models.class);

    @AfterEach
    void close() {
        this.server.close();
    }

    @Test
    void modelsThatAreBeansAreRecordedAndStayWhatTheirClassSays(CapturedOutput output) {
        this.server.then(Reply.text("hello"));
        this.server.thenEmbedding(5);
        this.server.thenJson(
                200,
                "{\"id\":\"m1\",\"model\":\"moderator\",\"results\":[{\"flagged\":false,\"categories\":{},\"category_scores\":{}}]}");
        this.contextRunner.run((context) -> {
            assertThat(context.getBean(OpenAiChatModel.class).chat("hi")).isEqualTo("hello");
            assertThat(context.getBean(OpenAiEmbeddingModel.class)
                            .embed("text")
                            .content()
                            .vector())
                    .hasSize(2);
            assertThat(context.getBean(OpenAiModerationModel.class)
                            .moderate("text")
                            .content()
                            .flagged())
                    .isFalse();
            List<TelemetryRecord> records = records(context, 3);
            assertThat(records)
                    .extracting((record) -> record.attributes().get("gen_ai.operation.name"))
                    .containsExactly("chat", "embeddings", "moderation");
            assertThat(records).allSatisfy((record) -> {
                assertThat(record.event()).isEqualTo("gen_ai.client.operation");
                assertThat(record.status()).isEqualTo(Status.COMPLETED);
                assertThat(record.attributes()).containsEntry("gen_ai.provider.name", "openai");
            });
            assertThat(records.get(1).metrics())
                    .containsEntry("gen_ai.usage.input_tokens", 5.0)
                    .doesNotContainKey("gen_ai.usage.output_tokens");
        });
        assertThat(output).doesNotContain("not recorded");
    }

    @Test
    void anInterfaceAloneIsEnoughAndAFinalClassIsNamedInTheLog(CapturedOutput output) {
        this.contextRunner
                .withBean("own", ChatModel.class, () -> new ChatModel() {

                    @Override
                    public ChatResponse doChat(ChatRequest request) {
                        throw new IllegalStateException("SECRET");
                    }
                })
                .withBean("sealed", FinalModel.class, FinalModel::new)
                .run((context) -> {
                    assertThatThrownBy(() ->
                                    context.getBean("own", ChatModel.class).chat("hi"))
                            .isInstanceOf(IllegalStateException.class);
                    assertThat(records(context, 1).get(0).attributes())
                            .containsEntry("error.type", "java.lang.IllegalStateException");
                });
        assertThat(output).containsOnlyOnce("'sealed'").doesNotContain("'own'");
    }

    @Test
    void anAiServiceIsTheParentOfItsModelCallsAndTools() {
        this.server
                .then(Reply.tool("weather", "{\"city\":\"SECRET-Rome\"}"))
                .then(Reply.tool("broken", "{}"))
                .then(Reply.text("sunny"));
        this.contextRunner.withUserConfiguration(Service.class).run((context) -> {
            assertThat(context.getBean(Assistant.class).answer("SECRET-question"))
                    .isEqualTo("sunny");
            List<TelemetryRecord> records = records(context, 6);
            assertThat(records)
                    .extracting(TelemetryRecord::event)
                    .containsExactly(
                            "gen_ai.client.operation",
                            "gen_ai.execute_tool",
                            "gen_ai.client.operation",
                            "gen_ai.execute_tool",
                            "gen_ai.client.operation",
                            "gen_ai.invoke_agent");
            TelemetryRecord service = records.get(5);
            assertThat(service.attributes())
                    .containsEntry("gen_ai.agent.name", "LangChain4jApplicationTests$Assistant")
                    .containsEntry("gen_ai.operation.name", "invoke_agent")
                    .doesNotContainKey("parent_span_id");
            assertThat(service.metrics()).containsOnlyKeys("gen_ai.invoke_agent.duration");
            assertThat(records.subList(0, 5))
                    .allSatisfy((record) -> assertThat(record.attributes())
                            .containsEntry("trace_id", service.attributes().get("trace_id"))
                            .containsEntry(
                                    "parent_span_id", service.attributes().get("span_id")));
            TelemetryRecord tool = records.get(1);
            assertThat(tool.status()).isEqualTo(Status.COMPLETED);
            assertThat(tool.metrics().get("gen_ai.execute_tool.duration")).isPositive();
            assertThat(tool.attributes())
                    .containsEntry("gen_ai.tool.name", "weather")
                    .containsEntry("gen_ai.tool.call.id", "call_1")
                    .containsEntry("gen_ai.operation.name", "execute_tool");
            TelemetryRecord broken = records.get(3);
            assertThat(broken.status()).isEqualTo(Status.FAILED);
            assertThat(broken.attributes()).containsEntry("error.type", "java.lang.ArithmeticException");
            assertThat(records.toString()).doesNotContain("SECRET");
        });
    }

    @Test
    void aStreamedServiceWithAToolIsOneTree() {
        this.server.then(Reply.tool("weather", "{\"city\":\"Rome\"}")).then(Reply.text("sun", "ny"));
        this.contextRunner.withUserConfiguration(Service.class).run((context) -> {
            CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
            context.getBean(Assistant.class).stream("question")
                    .onPartialResponse((text) -> {})
                    .onCompleteResponse(whole::complete)
                    .onError(whole::completeExceptionally)
                    .start();
            assertThat(whole.get(10, TimeUnit.SECONDS).aiMessage().text()).isEqualTo("sunny");
            List<TelemetryRecord> records = records(context, 4);
            assertThat(records)
                    .extracting(TelemetryRecord::event)
                    .containsExactly(
                            "gen_ai.client.operation",
                            "gen_ai.execute_tool",
                            "gen_ai.client.operation",
                            "gen_ai.invoke_agent");
            Object service = records.get(3).attributes().get("span_id");
            assertThat(records.subList(0, 3))
                    .allSatisfy((record) ->
                            assertThat(record.attributes()).containsEntry("parent_span_id", String.valueOf(service)));
            assertThat(records.get(0).metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
            assertThat(records.get(2).metrics()).containsKey("gen_ai.client.operation.time_to_first_chunk");
        });
    }

    @Test
    void aRetrieverIsRecordedWithTheEmbeddingWithin() {
        this.server.thenEmbedding(5);
        this.server.then(Reply.text("yes"));
        this.contextRunner.withUserConfiguration(Retrieval.class).run((context) -> {
            context.getBean(Assistant.class).answer("SECRET-question");
            List<TelemetryRecord> records = records(context, 4);
            assertThat(records)
                    .extracting(TelemetryRecord::event)
                    .containsExactly(
                            "gen_ai.client.operation",
                            "gen_ai.retrieval",
                            "gen_ai.client.operation",
                            "gen_ai.invoke_agent");
            TelemetryRecord retrieval = records.get(1);
            assertThat(retrieval.metrics())
                    .containsEntry("gen_ai.retrieval.documents", 1.0)
                    .containsKey("gen_ai.retrieval.duration");
            assertThat(retrieval.attributes())
                    .containsEntry(
                            "parent_span_id",
                            String.valueOf(records.get(3).attributes().get("span_id")));
            assertThat(records.get(0).attributes())
                    .containsEntry(
                            "parent_span_id",
                            String.valueOf(retrieval.attributes().get("span_id")));
            assertThat(records.toString()).doesNotContain("SECRET");
        });
    }

    @Test
    void agentsWithinAgentsAreOneTree() {
        this.server.then(Reply.text("draft")).then(Reply.text("final"));
        this.contextRunner.withUserConfiguration(Agents.class).run((context) -> {
            assertThat(context.getBean(UntypedAgent.class).invoke(Map.of("topic", "SECRET-topic")))
                    .isEqualTo("final");
            List<TelemetryRecord> records = records(context, 5);
            assertThat(records)
                    .extracting(TelemetryRecord::event)
                    .containsExactly(
                            "gen_ai.client.operation",
                            "gen_ai.invoke_agent",
                            "gen_ai.client.operation",
                            "gen_ai.invoke_agent",
                            "gen_ai.invoke_agent");
            assertThat(records)
                    .extracting((record) -> record.attributes().get("trace_id"))
                    .containsOnly(records.get(4).attributes().get("trace_id"));
            assertThat(records.get(1).attributes())
                    .containsEntry("gen_ai.agent.name", "writer")
                    .containsEntry("parent_span_id", records.get(4).attributes().get("span_id"));
            assertThat(records.get(0).attributes())
                    .containsEntry("parent_span_id", records.get(1).attributes().get("span_id"));
            assertThat(records.get(3).attributes()).containsEntry("gen_ai.agent.name", "editor");
            assertThat(records.toString()).doesNotContain("SECRET");
        });
    }

    @Test
    void whatAnMcpClientAsksIsRecordedAndAClientWithoutTheListenerIsNamedOnce(CapturedOutput output) {
        this.contextRunner.withUserConfiguration(Mcp.class).run((context) -> {
            McpClient client = context.getBean("heard", McpClient.class);
            ToolExecutionRequest request = ToolExecutionRequest.builder()
                    .name("search")
                    .arguments("{\"q\":\"SECRET-query\"}")
                    .build();
            assertThat(client.executeTool(request).resultText()).isEqualTo("SECRET-found");
            assertThatThrownBy(() -> client.executeTool(ToolExecutionRequest.builder()
                            .name("broken")
                            .arguments("{}")
                            .build()))
                    .isNotNull();
            List<TelemetryRecord> records = records(context, 2);
            assertThat(records).extracting(TelemetryRecord::event).containsOnly("mcp.client.operation");
            assertThat(records).extracting(TelemetryRecord::status).containsExactly(Status.COMPLETED, Status.FAILED);
            assertThat(records.get(0).metrics()).containsOnlyKeys("mcp.client.operation.duration");
            assertThat(records.get(0).attributes())
                    .containsEntry("mcp.method.name", "tools/call")
                    .containsEntry("gen_ai.tool.name", "search")
                    .containsEntry("gen_ai.operation.name", "execute_tool");
            assertThat(records.toString()).doesNotContain("SECRET");
        });
        assertThat(output).containsOnlyOnce("is not recorded").contains("'unheard'");
    }

    @Test
    void theTracersTraceWins() {
        this.server.then(Reply.text("a")).then(Reply.text("b"));
        try (Tracing tracing = Tracing.newBuilder().build()) {
            Tracer tracer =
                    new BraveTracer(tracing.tracer(), new BraveCurrentTraceContext(tracing.currentTraceContext()));
            this.contextRunner
                    .withBean("tracer", Tracer.class, () -> tracer)
                    .withUserConfiguration(Service.class)
                    .run((context) -> {
                        Span request = tracer.nextSpan().name("request").start();
                        try (Tracer.SpanInScope scope = tracer.withSpan(request)) {
                            context.getBean(OpenAiChatModel.class).chat("hi");
                            context.getBean(Assistant.class).answer("hi");
                        }
                        request.end();
                        List<TelemetryRecord> records = records(context, 3);
                        assertThat(records)
                                .extracting((record) -> record.attributes().get("trace_id"))
                                .containsOnly(request.context().traceId());
                        assertThat(records.get(0).attributes())
                                .containsEntry(
                                        "parent_span_id", request.context().spanId());
                        assertThat(records.get(2).attributes())
                                .containsEntry(
                                        "parent_span_id", request.context().spanId());
                        assertThat(records.get(1).attributes())
                                .containsEntry(
                                        "parent_span_id",
                                        records.get(2).attributes().get("span_id"));
                    });
        }
    }

    @Test
    void anObservationOfTheSameCallIsNoSecondRecord() {
        for (boolean first : new boolean[] {true, false}) {
            this.server.then(Reply.text("a")).thenError(400);
            this.store.clear();
            this.contextRunner
                    .withUserConfiguration(first ? ObservedFirst.class : ObservedLast.class)
                    .run((context) -> {
                        ChatModel model = context.getBean("observed", ChatModel.class);
                        model.chat("hi");
                        assertThatThrownBy(() -> model.chat("hi")).isNotNull();
                        List<TelemetryRecord> records = records(context, 2);
                        assertThat(records.get(0).metrics()).containsEntry("gen_ai.usage.input_tokens", 11.0);
                        assertThat(records.get(1).attributes()).containsEntry("http.response.status_code", "400");
                    });
        }
    }

    @Test
    void withTelemetryOffEverythingIsAsLangChain4jBuildsIt() {
        this.server.then(Reply.text("a"));
        this.contextRunner
                .withPropertyValues("telemetry.enabled=false")
                .withUserConfiguration(Service.class)
                .run((context) -> {
                    assertThat(context.getBean(OpenAiChatModel.class).getClass())
                            .isSameAs(OpenAiChatModel.class);
                    assertThat(context.getBean(Assistant.class).answer("hi")).isEqualTo("a");
                });
    }

    private List<TelemetryRecord> records(AssertableApplicationContext context, int count) {
        Telemetry telemetry = context.getBean(Telemetry.class);
        return this.store.records(telemetry, count);
    }

    @Configuration(proxyBeanMethods = false)
    static class Models {

        @Bean
        OpenAiChatModel chatModel(Address server) {
            return model(server, List.of());
        }

        @Bean
        OpenAiStreamingChatModel streamingChatModel(Address server, ObjectProvider<ChatModelListener> listeners) {
            return OpenAiStreamingChatModel.builder()
                    .baseUrl(server.url())
                    .apiKey("k")
                    .modelName("asked")
                    .listeners(listeners.orderedStream().toList())
                    .build();
        }

        @Bean
        OpenAiEmbeddingModel embeddingModel(Address server) {
            return OpenAiEmbeddingModel.builder()
                    .baseUrl(server.url())
                    .apiKey("k")
                    .modelName("embed")
                    .build();
        }

        @Bean
        OpenAiModerationModel moderationModel(Address server) {
            return OpenAiModerationModel.builder()
                    .baseUrl(server.url())
                    .apiKey("k")
                    .modelName("moderator")
                    .build();
        }

        static OpenAiChatModel model(Address server, List<ChatModelListener> listeners) {
            return OpenAiChatModel.builder()
                    .baseUrl(server.url())
                    .apiKey("k")
                    .modelName("asked")
                    .maxRetries(0)
                    .listeners(listeners)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Service {

        @Bean
        Assistant assistant(OpenAiChatModel model, OpenAiStreamingChatModel streaming) {
            return AiServices.builder(Assistant.class)
                    .chatModel(model)
                    .streamingChatModel(streaming)
                    .tools(new Tools())
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Retrieval {

        @Bean
        ContentRetriever retriever(OpenAiEmbeddingModel model) {
            return (query) -> {
                model.embed(query.text());
                return List.of(Content.from("SECRET-document"));
            };
        }

        @Bean
        Assistant assistant(OpenAiChatModel model, ContentRetriever retriever) {
            return AiServices.builder(Assistant.class)
                    .chatModel(model)
                    .contentRetriever(retriever)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Agents {

        @Bean
        UntypedAgent team(OpenAiChatModel model) {
            Writer writer = AgenticServices.agentBuilder(Writer.class)
                    .chatModel(model)
                    .outputKey("story")
                    .build();
            Editor editor = AgenticServices.agentBuilder(Editor.class)
                    .chatModel(model)
                    .outputKey("story")
                    .build();
            return AgenticServices.sequenceBuilder()
                    .subAgents(writer, editor)
                    .outputKey("story")
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Mcp {

        @Bean
        McpClient heard(LangChain4jMcpListener listener) {
            return client().addListener(listener).build();
        }

        @Bean
        McpClient unheard() {
            return client().build();
        }

        @Bean
        McpClient unheardToo() {
            return client().build();
        }

        private static DefaultMcpClient.Builder client() {
            return DefaultMcpClient.builder().autoHealthCheck(false).transport(new McpServer());
        }
    }

    /** A server of one tool, and one that fails. */
    private static final class McpServer implements McpTransport {

        @Override
        public void start(McpOperationHandler handler) {}

        @Override
        public CompletableFuture<JsonNode> initialize(McpInitializeRequest request) {
            return json("{\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                    + "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}");
        }

        @Override
        public CompletableFuture<JsonNode> executeOperationWithResponse(McpClientMessage request) {
            return json("{\"result\":{}}");
        }

        @Override
        public CompletableFuture<JsonNode> executeOperationWithResponse(McpCallContext context) {
            McpCallToolRequest request = (McpCallToolRequest) context.message();
            boolean broken = ((McpCallToolParams) request.getParams()).getName().equals("broken");
            return json("{\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"SECRET-found\"}],\"isError\":" + broken
                    + "}}");
        }

        @Override
        public void executeOperationWithoutResponse(McpClientMessage request) {}

        @Override
        public void executeOperationWithoutResponse(McpCallContext context) {}

        @Override
        public void checkHealth() {}

        @Override
        public void onFailure(Runnable action) {}

        @Override
        public void close() {}

        private static CompletableFuture<JsonNode> json(String text) {
            try {
                return CompletableFuture.completedFuture(new ObjectMapper().readTree(text));
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ObservedFirst {

        @Bean
        ChatModel observed(Address server, ObservationRegistry registry, List<ChatModelListener> listeners) {
            return Models.model(server, List.of(new ObservingListener(registry), listeners.get(0)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ObservedLast {

        @Bean
        ChatModel observed(Address server, ObservationRegistry registry, List<ChatModelListener> listeners) {
            return Models.model(server, List.of(listeners.get(0), new ObservingListener(registry)));
        }
    }

    /** Does as langchain4j-observation does: it leaves the scope of its observation in the attributes. */
    private record ObservingListener(ObservationRegistry registry) implements ChatModelListener {

        @Override
        public void onRequest(ChatModelRequestContext context) {
            context.attributes()
                    .put(
                            "micrometer.observation.scope",
                            Observation.createNotStarted("gen_ai.client.operation.duration", this.registry)
                                    .lowCardinalityKeyValue("gen_ai.operation.name", "chat")
                                    .start()
                                    .openScope());
        }

        @Override
        public void onResponse(ChatModelResponseContext context) {
            stop(context.attributes(), null);
        }

        @Override
        public void onError(ChatModelErrorContext context) {
            stop(context.attributes(), context.error());
        }

        private static void stop(Map<Object, Object> attributes, Throwable error) {
            Observation.Scope scope = (Observation.Scope) attributes.remove("micrometer.observation.scope");
            scope.close();
            if (error != null) {
                scope.getCurrentObservation().error(error);
            }
            scope.getCurrentObservation().stop();
        }
    }

    /** The server's; it is no bean itself, as a context would close it. */
    record Address(String url) {}

    /** Can have no subclass. */
    public static final class FinalModel implements ChatModel {}

    interface Assistant {

        String answer(@UserMessage String question);

        TokenStream stream(@UserMessage String question);
    }

    public interface Writer {

        @UserMessage("Write about {{topic}}")
        @Agent(name = "writer", description = "Writes")
        String write(@V("topic") String topic);
    }

    public interface Editor {

        @UserMessage("Edit {{story}}")
        @Agent(name = "editor", description = "Edits")
        String edit(@V("story") String story);
    }

    static class Tools {

        @Tool
        String weather(@P("city") String city) {
            return "SECRET-sun in " + city;
        }

        @Tool
        String broken() {
            throw new ArithmeticException("SECRET-broken");
        }
    }
}
