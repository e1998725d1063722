package org.cloudmesh.ai.telemetry.ai;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which spans are recorded already, or will be when their call ends, so that an OpenTelemetry span of the same call is
 * not recorded again. A call may have a span of its own, may lie beneath a span of the same call that another
 * instrument made, or above one; and two instruments that know nothing of each other both know the provider's response
 * id. Remembers the last {@value #LIMIT} calls. Thread-safe.
 */
final class RecordedSpans {

    private static final int LIMIT = 2_000;

    private final Map<String, Boolean> spans = limited();

    private final Map<String, Boolean> parentsOfModels = limited();

    private final Map<String, Boolean> responses = limited();

    /** Notes a span of which nothing more is known yet. */
    synchronized void add(String span, boolean model) {
        this.spans.putIfAbsent(span, model);
    }

    /**
     * Notes a recorded call.
     *
     * @param model whether it is one of a model, of which an enclosing span may tell too
     * @param attributes what is known of it
     */
    synchronized void add(boolean model, Map<String, Object> attributes) {
        this.spans.put(String.valueOf(attributes.get(GenAi.SPAN_ID)), model);
        Object parent = attributes.get(GenAi.PARENT_SPAN_ID);
        if (parent != null && model) {
            this.parentsOfModels.put(parent.toString(), true);
        }
        Object response = attributes.get(GenAi.RESPONSE_ID);
        if (response != null && model) {
            this.responses.put(response.toString(), true);
        }
    }

    /** Returns whether a span is of a call that was noted. */
    synchronized boolean holds(String span, String parent, boolean model, @Nullable String response) {
        return this.spans.containsKey(span)
                || (model
                        && (Boolean.TRUE.equals(this.spans.get(parent))
                                || this.parentsOfModels.containsKey(span)
                                || (response != null && this.responses.containsKey(response))));
    }

    private static Map<String, Boolean> limited() {
        return new LinkedHashMap<>() {

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > LIMIT;
            }
        };
    }
}
