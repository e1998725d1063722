package org.cloudmesh.ai.telemetry.reactor;

import org.cloudmesh.ai.telemetry.TraceContext;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.scheduler.Schedulers;

/**
 * Binds a place in a trace to the thread that subscribes to a publisher, to the tasks that Reactor's schedulers are
 * given meanwhile, and to the Reactor context, from which Micrometer's context propagation restores it where it is
 * automatic.
 *
 * <p>The hook on the schedulers is registered with the first such publisher; for tasks outside any place it costs the
 * look at a thread-local.
 */
final class EnclosedPublishers {

    private static final String HOOK = TraceContext.KEY;

    static {
        Schedulers.onScheduleHook(HOOK, EnclosedPublishers::carry);
    }

    private EnclosedPublishers() {}

    static <T> Mono<T> enclose(Mono<T> mono, TraceContext place) {
        return new EnclosedMono<>(mono.contextWrite((context) -> context.put(TraceContext.KEY, place)), place);
    }

    static <T> Flux<T> enclose(Flux<T> flux, TraceContext place) {
        return new EnclosedFlux<>(flux.contextWrite((context) -> context.put(TraceContext.KEY, place)), place);
    }

    private static Runnable carry(Runnable task) {
        TraceContext place = TraceContext.current();
        return place == null ? task : () -> within(place, task);
    }

    private static void within(TraceContext place, Runnable task) {
        // Until the end: what follows downstream runs on this thread too.
        TraceContext.bindUntilEnd(place, task);
        try {
            task.run();
        } finally {
            TraceContext.unbind(task);
        }
    }

    private static final class EnclosedMono<T> extends MonoOperator<T, T> {

        private final TraceContext place;

        EnclosedMono(Mono<T> source, TraceContext place) {
            super(source);
            this.place = place;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            within(this.place, () -> this.source.subscribe(actual));
        }
    }

    private static final class EnclosedFlux<T> extends FluxOperator<T, T> {

        private final TraceContext place;

        EnclosedFlux(Flux<T> source, TraceContext place) {
            super(source);
            this.place = place;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            within(this.place, () -> this.source.subscribe(actual));
        }
    }
}
