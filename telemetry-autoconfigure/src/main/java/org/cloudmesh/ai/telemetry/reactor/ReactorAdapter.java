package org.cloudmesh.ai.telemetry.reactor;

import java.util.Objects;
import org.cloudmesh.ai.telemetry.AsyncAdapter;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.cloudmesh.ai.telemetry.Tracking;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Ends work as its Mono or Flux ends: completed, failed or cancelled. Of a Flux the first element is timed. The work
 * begins when the tracked code runs, not when its result is subscribed to, and is one piece of work however often that
 * is done: the first subscription to end ends it. A result that nobody subscribes to leaves the work started.
 *
 * <p>The work encloses what happens when its result is subscribed to, and what that schedules on other threads. The
 * Reactor context passes through, with the work's place in a trace added. Attributes that {@link TelemetryAttributes}
 * put there become attributes of the record.
 */
public final class ReactorAdapter implements AsyncAdapter {

    /** Creates the adapter; fails where Reactor is missing, and is then left out. */
    public ReactorAdapter() {
        // Not left to the verifier: there are JVMs that run without.
        Objects.requireNonNull(Mono.class);
    }

    @Override
    public boolean supports(Object result) {
        // Wrapping would change the type of these two, which a caller may rely on.
        return result instanceof Mono
                || (result instanceof Flux && !(result instanceof ConnectableFlux || result instanceof GroupedFlux));
    }

    @Override
    public Object adapt(Object result, Tracking tracking) {
        TraceContext place = tracking.traceContext();
        if (result instanceof Mono<?> mono) {
            Mono<?> ending = Mono.deferContextual((context) -> {
                describe(tracking, context);
                return mono.doOnSuccess((value) -> tracking.complete())
                        .doOnError(tracking::fail)
                        .doOnCancel(tracking::cancel);
            });
            return place == null ? ending : EnclosedPublishers.enclose(ending, place);
        }
        Flux<?> flux = (Flux<?>) result;
        Flux<?> ending = Flux.deferContextual((context) -> {
            describe(tracking, context);
            return flux.doOnNext((element) -> tracking.firstElement())
                    .doOnComplete(tracking::complete)
                    .doOnError(tracking::fail)
                    .doOnCancel(tracking::cancel);
        });
        return place == null ? ending : EnclosedPublishers.enclose(ending, place);
    }

    private static void describe(Tracking tracking, ContextView context) {
        TelemetryAttributes.of(context).forEach(tracking::attribute);
    }
}
