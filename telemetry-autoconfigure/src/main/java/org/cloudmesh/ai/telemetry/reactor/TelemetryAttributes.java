package org.cloudmesh.ai.telemetry.reactor;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Attributes such as user, tenant or feature that travel in the Reactor context to the records of what happens
 * upstream: tracked work, and model calls that a chat client streams.
 *
 * <pre>{@code
 * service.answer(question).contextWrite(TelemetryAttributes.with("user", user))
 * }</pre>
 */
public final class TelemetryAttributes {

    private static final Object KEY = TelemetryAttributes.class;

    private TelemetryAttributes() {}

    /**
     * Returns a change to a Reactor context that adds an attribute, for {@code contextWrite}.
     *
     * @param key name of the attribute
     * @param value its value
     */
    public static UnaryOperator<Context> with(String key, Object value) {
        return (context) -> {
            Map<String, Object> attributes = new HashMap<>(of(context));
            attributes.put(key, value);
            return context.put(KEY, Map.copyOf(attributes));
        };
    }

    /** Returns the attributes that a Reactor context carries; empty when there are none. */
    public static Map<String, Object> of(ContextView context) {
        return context.hasKey(KEY) ? context.get(KEY) : Map.of();
    }
}
