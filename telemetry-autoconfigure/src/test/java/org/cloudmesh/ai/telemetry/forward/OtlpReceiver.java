package org.cloudmesh.ai.telemetry.forward;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server on loopback and a free port that takes OTLP's log records, over HTTP or as the gRPC service. */
public final class OtlpReceiver implements AutoCloseable {

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Queue<ExportLogsServiceRequest> requests = new ConcurrentLinkedQueue<>();

    private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();

    private final String endpoint;

    private final Runnable stop;

    private volatile boolean refusing;

    private volatile boolean denying;

    private volatile int largest = Integer.MAX_VALUE;

    private volatile String bad = "";

    private OtlpReceiver(boolean grpc) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        if (grpc) {
            Server server = NettyServerBuilder.forAddress(address)
                    .intercept(new Headers())
                    .addService(new Logs())
                    .build()
                    .start();
            this.endpoint = "http://127.0.0.1:" + server.getPort();
            this.stop = server::shutdownNow;
        } else {
            HttpServer server = HttpServer.create(address, 0);
            server.createContext("/v1/logs", this::answer);
            server.start();
            this.endpoint = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/logs";
            this.stop = () -> server.stop(0);
        }
    }

    /** Starts one of protobuf over HTTP. */
    public static OtlpReceiver http() throws IOException {
        return new OtlpReceiver(false);
    }

    /** Starts one of gRPC. */
    public static OtlpReceiver grpc() throws IOException {
        return new OtlpReceiver(true);
    }

    public String endpoint() {
        return this.endpoint;
    }

    /** Lets it answer that it is not available. */
    public void refuse(boolean refusing) {
        this.refusing = refusing;
    }

    /** Lets it answer that the caller is unknown to it. */
    public void deny(boolean denying) {
        this.denying = denying;
    }

    /** Lets it refuse calls over HTTP of more bytes than that, once they are read. */
    public void limit(int largest) {
        this.largest = largest;
    }

    /** Lets it refuse calls in which a record has that event. */
    public void refuse(String event) {
        this.bad = event;
    }

    private boolean isBad(ExportLogsServiceRequest request) {
        return request.getResourceLogsList().stream()
                .flatMap((resource) -> resource.getScopeLogsList().stream())
                .flatMap((scope) -> scope.getLogRecordsList().stream())
                .anyMatch(
                        (record) -> !this.bad.isEmpty() && record.getEventName().equals(this.bad));
    }

    /** Returns what it took, in order. */
    public List<ExportLogsServiceRequest> requests() {
        return List.copyOf(this.requests);
    }

    /** Returns the log records that it took, in order. */
    public List<LogRecord> records() {
        return requests().stream()
                .flatMap((request) -> request.getResourceLogsList().stream())
                .flatMap((resource) -> resource.getScopeLogsList().stream())
                .flatMap((scope) -> scope.getLogRecordsList().stream())
                .toList();
    }

    /** Returns the attributes of the resources that it was told of. */
    public List<Map<String, Object>> resources() {
        return requests().stream()
                .flatMap((request) -> request.getResourceLogsList().stream())
                .map(ResourceLogs::getResource)
                .map((resource) -> attributes(resource.getAttributesList()))
                .toList();
    }

    /** Returns the header authorization of each call that had one. */
    public List<String> authorizations() {
        return List.copyOf(this.authorizations);
    }

    /** Returns attributes by name. */
    public static Map<String, Object> attributes(List<KeyValue> list) {
        Map<String, Object> attributes = new HashMap<>();
        for (KeyValue pair : list) {
            AnyValue value = pair.getValue();
            attributes.put(pair.getKey(), value.hasDoubleValue() ? value.getDoubleValue() : value.getStringValue());
        }
        return attributes;
    }

    private void answer(HttpExchange exchange) throws IOException {
        ExportLogsServiceRequest request = ExportLogsServiceRequest.parseFrom(exchange.getRequestBody());
        authorization(exchange.getRequestHeaders().getFirst("Authorization"));
        int status = 200;
        if (this.refusing) {
            status = 503;
        } else if (this.denying) {
            status = 401;
        } else if (request.getSerializedSize() > this.largest) {
            status = 413;
        } else if (isBad(request)) {
            status = 400;
        } else {
            this.requests.add(request);
        }
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private void authorization(String value) {
        if (value != null) {
            this.authorizations.add(value);
        }
    }

    @Override
    public void close() {
        this.stop.run();
    }

    private final class Logs extends LogsServiceGrpc.LogsServiceImplBase {

        @Override
        public void export(ExportLogsServiceRequest request, StreamObserver<ExportLogsServiceResponse> response) {
            if (OtlpReceiver.this.refusing || OtlpReceiver.this.denying) {
                Status status = OtlpReceiver.this.refusing ? Status.UNAVAILABLE : Status.UNAUTHENTICATED;
                response.onError(status.asRuntimeException());
                return;
            }
            if (isBad(request)) {
                response.onError(Status.INVALID_ARGUMENT.asRuntimeException());
                return;
            }
            OtlpReceiver.this.requests.add(request);
            response.onNext(ExportLogsServiceResponse.getDefaultInstance());
            response.onCompleted();
        }
    }

    private final class Headers implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            authorization(headers.get(AUTHORIZATION));
            return next.startCall(call, headers);
        }
    }
}
