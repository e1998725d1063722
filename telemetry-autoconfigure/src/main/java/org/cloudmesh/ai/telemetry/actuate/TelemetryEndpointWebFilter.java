package org.cloudmesh.ai.telemetry.actuate;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableChannel;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Does on WebFlux what the endpoint's operations cannot: headers, HEAD, a trailing slash, the limit of exports, and
 * threads of their own for these. Requests for anything else are left alone. Runs after the application's security.
 * Thread-safe.
 */
public final class TelemetryEndpointWebFilter implements WebFilter, AutoCloseable {

    private static final boolean NETTY = ClassUtils.isPresent(
            "reactor.netty.http.server.HttpServerResponse", TelemetryEndpointWebFilter.class.getClassLoader());

    // As long as Tomcat waits for a reader that takes nothing.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final EndpointPaths paths;

    private final ExportLimit exports;

    private final int maxConcurrentExports;

    private final Duration patience;

    private @Nullable Scheduler readers;

    /**
     * Creates a filter.
     *
     * @param endpoints asked once, at the first request
     * @param maxConcurrentExports how many exports run at once
     */
    public TelemetryEndpointWebFilter(Supplier<@Nullable PathMappedEndpoints> endpoints, int maxConcurrentExports) {
        this(endpoints, maxConcurrentExports, PATIENCE);
    }

    TelemetryEndpointWebFilter(
            Supplier<@Nullable PathMappedEndpoints> endpoints, int maxConcurrentExports, Duration patience) {
        this.paths = new EndpointPaths(endpoints);
        this.exports = new ExportLimit(maxConcurrentExports);
        this.maxConcurrentExports = maxConcurrentExports;
        this.patience = patience;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        String within = this.paths.within(decoded(request.getPath().pathWithinApplication()));
        if (within == null) {
            return chain.filter(exchange);
        }
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            HttpHeaders headers = response.getHeaders();
            EndpointPaths.HEADERS.forEach(headers::set);
            String disposition = EndpointPaths.disposition(headers.getFirst(HttpHeaders.CONTENT_TYPE));
            if (disposition != null) {
                headers.set(HttpHeaders.CONTENT_DISPOSITION, disposition);
            }
            return Mono.empty();
        });
        if (within.endsWith("/")) {
            return slash(within, exchange, chain);
        }
        if (request.getMethod() == HttpMethod.HEAD) {
            return head(within, exchange);
        }
        return EndpointPaths.isExport(within) ? export(exchange, chain) : chain.filter(exchange);
    }

    /** Returns the path as handlers are matched: the raw one may be written in many ways. */
    private static String decoded(PathContainer path) {
        StringBuilder decoded = new StringBuilder();
        for (PathContainer.Element element : path.elements()) {
            decoded.append(
                    element instanceof PathContainer.PathSegment segment ? segment.valueToMatch() : element.value());
        }
        return decoded.toString();
    }

    private static Mono<Void> head(String within, ServerWebExchange exchange) {
        ServerHttpRequest request = exchange.getRequest();
        HeadAnswer answer = HeadAnswer.of(
                within,
                request.getHeaders().getFirst(HttpHeaders.ACCEPT),
                request.getQueryParams().getFirst("format"));
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
        response.getHeaders().setContentType(MediaType.parseMediaType(answer.contentType()));
        return response.setComplete();
    }

    /**
     * Serves the endpoint itself with a slash as without; all else is sent to the path without it, so that the
     * application's security judges the path that answers.
     */
    private static Mono<Void> slash(String within, ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        RequestPath path = request.getPath();
        if (!within.equals("/") || HeadAnswer.prefersHtml(request.getHeaders().getFirst(HttpHeaders.ACCEPT))) {
            ServerHttpResponse response = exchange.getResponse();
            response.setStatusCode(HttpStatus.PERMANENT_REDIRECT);
            response.getHeaders()
                    .set(
                            HttpHeaders.LOCATION,
                            EndpointPaths.withoutSlash(
                                    path.value(), request.getURI().getRawQuery()));
            return response.setComplete();
        }
        if (request.getMethod() == HttpMethod.HEAD) {
            return head(within, exchange);
        }
        String value = path.value();
        return chain.filter(exchange.mutate()
                .request((changed) -> changed.path(value.substring(0, value.length() - 1)))
                .build());
    }

    private Mono<Void> export(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        return Mono.defer(() -> {
            if (!this.exports.tryBegin()) {
                response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
                response.getHeaders().set(HttpHeaders.RETRY_AFTER, ExportLimit.RETRY_AFTER);
                response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
                return response.writeWith(Mono.just(response.bufferFactory().wrap(this.exports.refusal())));
            }
            return Mono.defer(() -> chain.filter(exchange.mutate()
                            .response(new ExportResponse(response, readers(), this.patience))
                            .build()))
                    .doFinally((signal) -> this.exports.end());
        });
    }

    /** One thread for each export that may run: none of those that the application's own blocking work waits for. */
    private synchronized Scheduler readers() {
        Scheduler readers = this.readers;
        if (readers == null) {
            readers = Schedulers.newBoundedElastic(
                    this.maxConcurrentExports, Integer.MAX_VALUE, "telemetry-export-reader", 60, true);
            this.readers = readers;
        }
        return readers;
    }

    @Override
    public synchronized void close() {
        if (this.readers != null) {
            this.readers.dispose();
        }
    }

    /**
     * Reads an export, which waits for the store, on a thread that may wait: WebFlux would read it on the event loop.
     * Ends it when its reader takes nothing any more, since Netty itself waits for ever.
     */
    private static final class ExportResponse extends ServerHttpResponseDecorator {

        private final Scheduler readers;

        private final Duration patience;

        ExportResponse(ServerHttpResponse response, Scheduler readers, Duration patience) {
            super(response);
            this.readers = readers;
            this.patience = patience;
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(Flux.defer(() -> {
                Demand demand = new Demand();
                return Flux.<DataBuffer>from(body)
                        .subscribeOn(this.readers)
                        .doOnRequest(demand::add)
                        .doOnNext((buffer) -> demand.meet())
                        .takeUntilOther(stalled(demand));
            }));
        }

        private Mono<Void> stalled(Demand demand) {
            return Flux.interval(this.patience.dividedBy(4))
                    .onBackpressureDrop()
                    .filter((tick) -> demand.absentFor(this.patience))
                    .next()
                    .flatMap((tick) -> {
                        // Netty ends a response that failed behind what it has yet to send, so here never.
                        if (NETTY) {
                            Netty.close(getNativeResponse(getDelegate()));
                        }
                        return Mono.error(new TimeoutException("Nobody takes the export any more"));
                    });
        }
    }

    /** Apart, so that it is linked only where Netty serves. */
    private static final class Netty {

        static void close(Object response) {
            if (response instanceof HttpServerResponse netty) {
                netty.withConnection(DisposableChannel::dispose);
            }
        }
    }

    /** What the connection has asked for and not yet got: nothing, for as long as its reader takes nothing. */
    private static final class Demand {

        private final AtomicLong open = new AtomicLong();

        private volatile long since = System.nanoTime();

        void add(long count) {
            this.since = System.nanoTime();
            this.open.accumulateAndGet(count, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        }

        void meet() {
            this.since = System.nanoTime();
            this.open.decrementAndGet();
        }

        boolean absentFor(Duration time) {
            return this.open.get() <= 0 && System.nanoTime() - this.since > time.toNanos();
        }
    }
}
