package org.cloudmesh.ai.telemetry.ai;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;

/**
 * What only the consumer of a stream sees: when its chunks came, and the usage as the provider sent it. Handed over to
 * the observation of the call on the thread that subscribes. Thread-safe.
 */
final class StreamTiming {

    private static final ThreadLocal<@Nullable StreamTiming> SUBSCRIBING = new ThreadLocal<>();

    private final Map<String, Object> attributes;

    private long first;

    private long last;

    private long chunks;

    private @Nullable Usage usage;

    private boolean ended;

    private @Nullable Runnable whenEnded;

    StreamTiming(Map<String, Object> attributes) {
        this.attributes = attributes;
    }

    void during(Runnable subscribe) {
        StreamTiming before = SUBSCRIBING.get();
        SUBSCRIBING.set(this);
        try {
            subscribe.run();
        } finally {
            SUBSCRIBING.set(before);
        }
    }

    /** Returns the timing of the stream that this thread is about to subscribe to; the first to ask gets it. */
    static @Nullable StreamTiming claim() {
        StreamTiming timing = SUBSCRIBING.get();
        if (timing != null) {
            SUBSCRIBING.remove();
        }
        return timing;
    }

    Map<String, Object> attributes() {
        return this.attributes;
    }

    synchronized void chunk(@Nullable ChatResponse response) {
        if (response == null) {
            return;
        }
        if (response.getResult() != null) {
            this.last = System.nanoTime();
            this.first = this.chunks++ == 0 ? this.last : this.first;
        }
        Usage given = response.getMetadata().getUsage();
        if (given != null && given.getTotalTokens() != null && given.getTotalTokens() > 0) {
            this.usage = given;
        }
    }

    void end() {
        Runnable action;
        synchronized (this) {
            this.ended = true;
            action = this.whenEnded;
            this.whenEnded = null;
        }
        if (action != null) {
            action.run();
        }
    }

    /**
     * Runs the action when the consumer has seen the end of the stream: the observation may end before, on another
     * thread.
     */
    void whenEnded(Runnable action) {
        synchronized (this) {
            if (!this.ended) {
                this.whenEnded = action;
                return;
            }
        }
        action.run();
    }

    synchronized @Nullable Usage usage() {
        return this.usage;
    }

    synchronized void tell(AiCall call) {
        if (this.chunks > 0) {
            call.pace(this.first, this.last, this.chunks);
        }
    }
}
