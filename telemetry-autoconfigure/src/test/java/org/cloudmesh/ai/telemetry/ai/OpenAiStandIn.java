package org.cloudmesh.ai.telemetry.ai;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Speaks as much of the OpenAI protocol as the tests need: answers are queued, one for each request. */
final class OpenAiStandIn implements AutoCloseable {

    static final String USAGE = "{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}";

    static final String DETAILED_USAGE = "{\"prompt_tokens\":1000,\"completion_tokens\":500,\"total_tokens\":1500,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":400},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":300}}";

    interface Answer {

        void send(HttpExchange exchange) throws IOException;
    }

    final AtomicInteger requests = new AtomicInteger();

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final CountDownLatch closing = new CountDownLatch(1);

    private final HttpServer server;

    OpenAiStandIn() {
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        this.server.setExecutor(this.threads);
        this.server.createContext("/", this::handle);
        this.server.start();
    }

    String url() {
        return "http://localhost:" + this.server.getAddress().getPort() + "/v1";
    }

    void reset() {
        this.answers.clear();
        this.requests.set(0);
    }

    OpenAiStandIn then(Answer answer) {
        this.answers.add(answer);
        return this;
    }

    OpenAiStandIn thenChat(String content, String usage) {
        return thenJson(200, chat("{\"role\":\"assistant\",\"content\":\"" + content + "\"}", "stop", usage));
    }

    OpenAiStandIn thenToolCall(String tool, String arguments) {
        return thenJson(
                200,
                chat(
                        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
                                + "\"function\":{\"name\":\"" + tool + "\",\"arguments\":\""
                                + arguments.replace("\"", "\\\"") + "\"}}]}",
                        "tool_calls",
                        USAGE));
    }

    OpenAiStandIn thenEmbedding(String usage) {
        return thenJson(
                200,
                "{\"object\":\"list\",\"model\":\"embed-1-answered\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                        + "\"embedding\":[0.5,0.25]}],\"usage\":" + usage + "}");
    }

    OpenAiStandIn thenError(int status) {
        return thenJson(status, "{\"error\":{\"message\":\"no\",\"type\":\"t\",\"code\":\"c\",\"param\":null}}");
    }

    OpenAiStandIn thenJson(int status, String json) {
        return then((exchange) -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        });
    }

    /** Streams chunks with these contents, then an end. */
    OpenAiStandIn thenStream(String usage, boolean finished, String... contents) {
        return then((exchange) -> {
            OutputStream body = stream(exchange);
            for (String content : contents) {
                event(body, chunk("{\"content\":\"" + content + "\"}", null));
            }
            if (finished) {
                event(body, chunk("{}", "stop"));
                if (usage != null) {
                    event(body, chunk(usage));
                }
                event(body, "[DONE]");
            }
        });
    }

    /** Streams one chunk and then says nothing more for two seconds: the client's close waits for it. */
    OpenAiStandIn thenStall(String content) {
        return then((exchange) -> {
            event(stream(exchange), chunk("{\"content\":\"" + content + "\"}", null));
            try {
                this.closing.await(2, TimeUnit.SECONDS);
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static OutputStream stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private static void event(OutputStream body, String data) throws IOException {
        body.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
    }

    private static String chat(String message, String finishReason, String usage) {
        return "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"gpt-test-answered\",\"choices\":"
                + "[{\"index\":0,\"message\":" + message + ",\"finish_reason\":\"" + finishReason + "\"}]"
                + (usage == null ? "" : ",\"usage\":" + usage) + "}";
    }

    private static String chunk(String delta, String finishReason) {
        return "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-test-answered\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":"
                + (finishReason == null ? "null" : "\"" + finishReason + "\"") + "}]}";
    }

    private static String chunk(String usage) {
        return "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-test-answered\","
                + "\"choices\":[],\"usage\":" + usage + "}";
    }

    private void handle(HttpExchange exchange) throws IOException {
        this.requests.incrementAndGet();
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Answer answer = this.answers.poll();
            if (answer == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            answer.send(exchange);
        }
    }

    @Override
    public void close() {
        this.closing.countDown();
        this.server.stop(0);
        this.threads.shutdownNow();
    }
}
