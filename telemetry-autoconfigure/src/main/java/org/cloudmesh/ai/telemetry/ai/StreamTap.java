package org.cloudmesh.ai.telemetry.ai;

import java.lang.ref.WeakReference;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.reactor.TelemetryAttributes;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Hooks;
import reactor.util.context.Context;

/**
 * Sees what a Spring AI model streams: its chunks, the usage as the provider sent it, and a refusal before the first
 * chunk.
 *
 * <p>Spring AI sums a stream up in {@code MessageAggregator} and drops the provider's own usage there; no observation
 * sees the chunks. But each model starts its observation, assembles the stream and hands it to the aggregator within
 * one call on one thread. So a tap is armed when the observation starts; a Reactor hook on the assembly of operators
 * finds the aggregator's first operator on that thread, taps it, and the tap is disarmed. Of Anthropic, the first
 * stream that the model assembles before is tapped too: its events tell the input at their beginning, and Spring AI
 * keeps the end alone. The hook is registered with the first streamed call; for all other streams it costs the look at
 * a thread-local when an operator is assembled.
 *
 * <p>A model that throws while it assembles the stream never stops its observation; Reactor's hook on errors tells of
 * that. Thread-safe.
 */
final class StreamTap {

    private static final String HOOK = "org.cloudmesh.ai.telemetry";

    private static final String AGGREGATOR = "org.springframework.ai.chat.model.MessageAggregator";

    private static final int FRAMES = 16;

    /** Weak, as a model may never come to assemble a stream: the call must not be kept alive by its thread. */
    private static final ThreadLocal<@Nullable WeakReference<StreamTap>> ARMED = new ThreadLocal<>();

    private static final StackWalker STACK = StackWalker.getInstance();

    static {
        Hooks.onEachOperator(HOOK, StreamTap::assembled);
        Hooks.onOperatorError(HOOK, (error, value) -> failed(error));
    }

    private final AiCall call;

    private final String model;

    private boolean sourceWanted;

    private volatile boolean tapped;

    private volatile boolean begun;

    private volatile @Nullable Object startUsage;

    private volatile @Nullable Usage usage;

    private StreamTap(AiCall call, String model) {
        this.call = call;
        this.model = model;
        this.sourceWanted = "anthropic".equals(call.attribute(GenAi.PROVIDER_NAME));
    }

    /** Expects the stream of a call whose observation is being started by the caller of this thread. */
    static StreamTap arm(AiCall call) {
        String model = STACK.walk((frames) -> frames.map(StackWalker.StackFrame::getClassName)
                .filter((name) ->
                        !name.startsWith("io.micrometer.") && !name.startsWith("org.cloudmesh.ai.telemetry.ai."))
                .findFirst()
                .orElse(""));
        StreamTap tap = new StreamTap(call, model);
        ARMED.set(new WeakReference<>(tap));
        return tap;
    }

    /** Returns whether the stream was found: its chunks then went past here. */
    boolean isTapped() {
        return this.tapped;
    }

    /** Returns whether the server has begun to answer. */
    boolean hasBegun() {
        return this.begun;
    }

    /** Returns the last usage that came with a chunk; null when none did. */
    @Nullable
    Usage usage() {
        return this.usage;
    }

    /** Returns the provider's usage object of the event that began the stream; null where there is none. */
    @Nullable
    Object startUsage() {
        return this.startUsage;
    }

    private static Publisher<Object> assembled(Publisher<Object> publisher) {
        WeakReference<StreamTap> armed = ARMED.get();
        if (armed == null || !(publisher instanceof Flux<Object> flux)) {
            return publisher;
        }
        StreamTap tap = armed.get();
        if (tap == null || tap.call.hasEnded()) {
            ARMED.remove();
            return publisher;
        }
        if (!isBeneath(tap.model::equals)) {
            return publisher;
        }
        if (isBeneath(AGGREGATOR::equals)) {
            ARMED.remove();
            tap.tapped = true;
            return new TappedFlux(flux, tap);
        }
        if (tap.sourceWanted) {
            tap.sourceWanted = false;
            return new TappedFlux(flux, tap);
        }
        return publisher;
    }

    private static Throwable failed(Throwable error) {
        WeakReference<StreamTap> armed = ARMED.get();
        StreamTap tap = armed == null ? null : armed.get();
        if (tap != null && tap.threw(error)) {
            ARMED.remove();
            tap.call.fail(error);
            tap.call.end();
        }
        return error;
    }

    private boolean threw(Throwable error) {
        for (StackTraceElement element : error.getStackTrace()) {
            if (element.getClassName().equals(this.model)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBeneath(Predicate<String> type) {
        return STACK.walk((frames) -> frames.limit(FRAMES).anyMatch((frame) -> type.test(frame.getClassName())));
    }

    private void next(Object value) {
        this.begun = true;
        if (value instanceof ChatResponse response) {
            if (response.getResult() != null) {
                this.call.chunk();
            }
            Usage given = response.getMetadata().getUsage();
            if (given != null && given.getTotalTokens() != null && given.getTotalTokens() > 0) {
                this.usage = given;
            }
        } else if (this.startUsage == null) {
            this.startUsage = ObjectProperties.get(value, "messageStart.message.usage");
        }
    }

    private static final class TappedFlux extends FluxOperator<Object, Object> {

        private final StreamTap tap;

        private TappedFlux(Flux<Object> source, StreamTap tap) {
            super(source);
            this.tap = tap;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
            TelemetryAttributes.of(subscriber.currentContext()).forEach(this.tap.call::attribute);
            this.source.subscribe(new TapSubscriber(subscriber, this.tap));
        }
    }

    private record TapSubscriber(CoreSubscriber<? super Object> subscriber, StreamTap tap)
            implements CoreSubscriber<Object> {

        @Override
        public Context currentContext() {
            return this.subscriber.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(Object value) {
            this.tap.next(value);
            this.subscriber.onNext(value);
        }

        @Override
        public void onError(Throwable error) {
            this.subscriber.onError(error);
        }

        @Override
        public void onComplete() {
            this.subscriber.onComplete();
        }
    }
}
