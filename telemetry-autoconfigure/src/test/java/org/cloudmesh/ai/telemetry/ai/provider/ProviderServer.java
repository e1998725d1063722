package org.cloudmesh.ai.telemetry.ai.provider;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A local server that speaks a provider's wire format: answers are queued, one for each request. Thread-safe. */
public abstract class ProviderServer implements AutoCloseable {

    /** Stands in each error body: it must reach no file. */
    public static final String ERROR_SECRET = "SECRET-error-body";

    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private final AtomicInteger ids = new AtomicInteger();

    private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
        Thread thread = new Thread(task, "stand-in");
        thread.setDaemon(true);
        return thread;
    });

    private final HttpServer server;

    private volatile CountDownLatch released = new CountDownLatch(1);

    private volatile Function<Request, Reply> replies;

    /** Starts the server on a free port of the loopback address. */
    protected ProviderServer() {
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        this.server.setExecutor(this.threads);
        this.server.createContext("/", this::handle);
        this.server.start();
    }

    /** Returns the URL of a port at which nobody listens. */
    public static String refusingUrl() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://localhost:" + socket.getLocalPort();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns the base URL that the provider's clients are given. */
    public String url() {
        return "http://localhost:" + this.server.getAddress().getPort();
    }

    /** Forgets answers and requests, and lets go of what waits. */
    public void reset() {
        this.answers.clear();
        this.requests.clear();
        this.replies = null;
        CountDownLatch before = this.released;
        this.released = new CountDownLatch(1);
        before.countDown();
    }

    /** Returns what has been asked so far. */
    public List<Request> requests() {
        return List.copyOf(this.requests);
    }

    /** Queues an answer to a chat, streamed if the request asks for that. */
    public ProviderServer then(Reply reply) {
        this.answers.add((request, exchange) -> send(request, exchange, reply));
        return this;
    }

    /** Answers each further request with what this function makes of it; queued answers come first. */
    public ProviderServer always(Function<Request, Reply> replies) {
        this.replies = replies;
        return this;
    }

    /** Queues an answer to an embedding of {@code 0.5, 0.25} that used these input tokens; negative for no usage. */
    public ProviderServer thenEmbedding(long tokens) {
        String json = embedding(tokens);
        this.answers.add((request, exchange) -> sendJson(exchange, 200, json));
        return this;
    }

    /** Queues the provider's error document with this status. */
    public ProviderServer thenError(int status) {
        return thenJson(status, error(status));
    }

    /** Queues this document. */
    public ProviderServer thenJson(int status, String json) {
        this.answers.add((request, exchange) -> sendJson(exchange, status, json));
        return this;
    }

    /** Queues silence: nothing is sent until the stand-in is reset. */
    public ProviderServer thenSilence() {
        this.answers.add((request, exchange) -> {
            awaitReset();
            throw new IOException("released");
        });
        return this;
    }

    /** Returns the error document of a status. */
    protected abstract String error(int status);

    /** Returns the document of an embedding. */
    protected abstract String embedding(long tokens);

    /** Returns whether the request asks for a stream. */
    protected abstract boolean streamed(Request request);

    /** Returns the media type of streams. */
    protected String streamType() {
        return "text/event-stream";
    }

    /** Returns the whole document of a reply. */
    protected abstract String document(Reply reply, String id);

    /** Returns the pieces of a streamed reply up to where it ends, each as it is on the wire; at least one. */
    protected abstract List<String> pieces(Reply reply, String id);

    /** Returns the text as a JSON string. */
    protected static String quote(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private void send(Request request, HttpExchange exchange, Reply reply) throws IOException {
        String id = "id-" + this.ids.incrementAndGet();
        request.answeredAs = id;
        if (!streamed(request)) {
            if (reply.ending() == Reply.Ending.CUT) {
                byte[] body = document(reply, id).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body, 0, body.length / 2);
                exchange.getResponseBody().flush();
                throw new IOException("cut");
            }
            sendJson(exchange, 200, document(reply, id));
            return;
        }
        exchange.getResponseHeaders().add("Content-Type", streamType());
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        List<String> pieces = pieces(reply, id);
        for (String piece : pieces) {
            body.write(piece.getBytes(StandardCharsets.UTF_8));
            body.flush();
        }
        switch (reply.ending()) {
            case CUT -> throw new IOException("cut");
            case STALLED -> {
                awaitReset();
                throw new IOException("released");
            }
            default -> {}
        }
    }

    private static void sendJson(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void awaitReset() {
        try {
            this.released.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = new Request(
                exchange.getRequestURI().toString(),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        this.requests.add(request);
        Answer answer = this.answers.poll();
        Function<Request, Reply> function = this.replies;
        if (answer == null && function != null) {
            answer = (asked, asking) -> send(asked, asking, function.apply(asked));
        }
        if (answer == null) {
            answer = (asked, asking) -> sendJson(asking, 404, error(404));
        }
        // What it throws leaves the exchange open: the server then drops the connection.
        answer.send(request, exchange);
        exchange.close();
    }

    @Override
    public void close() {
        reset();
        this.server.stop(0);
        this.threads.shutdownNow();
    }

    private interface Answer {

        void send(Request request, HttpExchange exchange) throws IOException;
    }

    /** A request as it came. */
    public static final class Request {

        private final String path;

        private final String body;

        private volatile String answeredAs;

        Request(String path, String body) {
            this.path = path;
            this.body = body;
        }

        /** Returns the path and the query. */
        public String path() {
            return this.path;
        }

        /** Returns the body. */
        public String body() {
            return this.body;
        }

        /** Returns the id of the reply, as the provider writes it; null when there was none. */
        public String answeredAs() {
            return this.answeredAs;
        }
    }
}
