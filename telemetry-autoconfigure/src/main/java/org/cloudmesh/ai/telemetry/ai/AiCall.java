package org.cloudmesh.ai.telemetry.ai;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Status;
import org.jspecify.annotations.Nullable;

/** One call under way, and what becomes known of it. Begun on one thread, it may end on another, one after the other. */
final class AiCall {

    final String event;

    private final long started = System.nanoTime();

    private final @Nullable ContentPolicy content;

    private final Map<String, Object> attributes = new LinkedHashMap<>();

    private final Map<String, Double> metrics = new LinkedHashMap<>();

    private Status status = Status.COMPLETED;

    private @Nullable TokenUsage usage;

    AiCall(String event, Map<String, Object> contributed, @Nullable ContentPolicy content) {
        this.event = event;
        this.content = content;
        this.attributes.putAll(contributed);
    }

    long started() {
        return this.started;
    }

    /** Adds an attribute unless it is unknown; {@code none} is how observations spell unknown. */
    void attribute(String key, @Nullable Object value) {
        if (value != null && !"none".equals(value) && !"".equals(value)) {
            this.attributes.put(key, value);
        }
    }

    @Nullable
    Object attribute(String key) {
        return this.attributes.get(key);
    }

    Map<String, Object> attributes() {
        return this.attributes;
    }

    /** Adds content if it is to be recorded at all. */
    void content(String key, Supplier<@Nullable String> text) {
        if (this.content == null) {
            return;
        }
        String value = text.get();
        if (value != null && !value.isEmpty()) {
            attribute(key, this.content.apply(key, value));
        }
    }

    void metric(String name, @Nullable Number value) {
        if (value != null) {
            this.metrics.put(name, value.doubleValue());
        }
    }

    Map<String, Double> metrics() {
        return this.metrics;
    }

    void usage(TokenUsage usage) {
        this.usage =
                usage.withCachedInInput((String) attribute(GenAi.PROVIDER_NAME)).orUnknown();
    }

    @Nullable
    TokenUsage usage() {
        return this.usage;
    }

    /** Notes the time since the call began under this name. */
    void duration(String name) {
        metric(name, (System.nanoTime() - this.started) / 1e9);
    }

    void fail(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CancellationException) {
            cancel();
            return;
        }
        this.status = Status.FAILED;
        attribute(GenAi.ERROR_TYPE, cause.getClass().getName());
    }

    void failIncomplete() {
        this.status = Status.FAILED;
        attribute(GenAi.ERROR_TYPE, GenAi.INCOMPLETE);
    }

    void cancel() {
        this.status = Status.CANCELLED;
    }

    Status status() {
        return this.status;
    }
}
