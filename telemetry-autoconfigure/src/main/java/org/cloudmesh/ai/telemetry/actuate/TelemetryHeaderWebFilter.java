package org.cloudmesh.ai.telemetry.actuate;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Gives the endpoint's answers their headers on WebFlux; other answers are left alone. */
public final class TelemetryHeaderWebFilter implements WebFilter {

    private final ResponseHeaders headers;

    /**
     * Creates a filter.
     *
     * @param endpoints asked once, at the first request
     */
    public TelemetryHeaderWebFilter(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.headers = new ResponseHeaders(endpoints);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        String path = exchange.getRequest().getPath().pathWithinApplication().value();
        if (!this.headers.apply(path)) {
            return chain.filter(exchange);
        }
        ServerHttpResponse response = exchange.getResponse();
        response.beforeCommit(() -> {
            HttpHeaders headers = response.getHeaders();
            ResponseHeaders.FIXED.forEach(headers::set);
            String disposition = ResponseHeaders.disposition(headers.getFirst(HttpHeaders.CONTENT_TYPE));
            if (disposition != null) {
                headers.set(HttpHeaders.CONTENT_DISPOSITION, disposition);
            }
            return Mono.empty();
        });
        return chain.filter(
                this.headers.isExport(path)
                        ? exchange.mutate().response(new OffEventLoop(response)).build()
                        : exchange);
    }

    /** Reads an export, which waits for the store, on a thread that may wait: WebFlux would read it on the event loop. */
    private static final class OffEventLoop extends ServerHttpResponseDecorator {

        OffEventLoop(ServerHttpResponse response) {
            super(response);
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            return super.writeWith(Flux.from(body).subscribeOn(Schedulers.boundedElastic()));
        }
    }
}
