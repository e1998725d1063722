package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns observations into calls, from their beginning to their end; what is known of one stays in its context. Thread-safe. */
final class ObservedCalls {

    private static final boolean CONVERSATIONS =
            TraceIds.isPresent("org.springframework.ai.chat.client.observation.ChatClientObservationContext");

    private final AiRecorder recorder;

    private final List<ContextReader> readers = readers();

    ObservedCalls(AiRecorder recorder) {
        this.recorder = recorder;
    }

    private static List<ContextReader> readers() {
        List<ContextReader> readers = new ArrayList<>();
        if (TraceIds.isPresent("org.springframework.ai.chat.observation.ChatModelObservationContext")) {
            readers.addAll(SpringAiReaders.all());
        }
        if (TraceIds.isPresent("org.springframework.ai.vectorstore.observation.VectorStoreObservationContext")) {
            readers.add(new VectorStoreReader());
        }
        readers.add(new GenericReader());
        return List.copyOf(readers);
    }

    /** Remembers on whose behalf the calls beneath an observation are made that is no call itself. */
    void rememberCaller(Observation.Context context) {
        context.put(Started.class, new Started(caller(context), null, null));
    }

    void begin(String name, Observation.Context context) {
        Map<String, Object> caller = caller(context);
        ContextReader reader = reader(context);
        reader.begin();
        StreamTiming timing = reader.streams(context) ? StreamTiming.claim() : null;
        if (timing != null) {
            caller.putAll(timing.attributes());
        }
        context.put(Started.class, new Started(caller, this.recorder.begin(name, caller), timing));
    }

    void end(Observation.Context context) {
        Started started = context.get(Started.class);
        if (started == null || started.call == null) {
            return;
        }
        AiCall call = started.call;
        ContextReader reader = reader(context);
        call.duration(reader.durationName(context));
        if (context.getError() != null) {
            call.fail(context.getError());
        }
        reader.read(context, call);
        call.attribute(GenAi.CONVERSATION_ID, CONVERSATIONS ? Conversations.find(context) : null);
        TraceIds trace = TraceIds.of(context);
        call.attribute("trace_id", trace.traceId());
        call.attribute("span_id", trace.spanId());
        if (started.timing == null) {
            this.recorder.record(call);
        } else {
            started.timing.whenEnded(() -> record(call, started.timing));
        }
    }

    private void record(AiCall call, StreamTiming timing) {
        timing.tell(call);
        if (timing.usage() != null) {
            // Spring AI's own aggregate of a stream drops cached and reasoning tokens.
            call.usage(SpringAiReaders.usage(timing.usage()));
        }
        this.recorder.record(call);
    }

    private ContextReader reader(Observation.Context context) {
        for (ContextReader reader : this.readers) {
            if (reader.supports(context)) {
                return reader;
            }
        }
        throw new IllegalStateException("The last reader supports any observation");
    }

    private Map<String, Object> caller(Observation.Context context) {
        Map<String, Object> caller = new HashMap<>(callerAbove(context));
        caller.putAll(this.recorder.caller());
        return caller;
    }

    private static Map<String, Object> callerAbove(Observation.Context context) {
        for (Observation.Context parent = TraceIds.parent(context); parent != null; parent = TraceIds.parent(parent)) {
            Started started = parent.get(Started.class);
            if (started != null) {
                return started.caller;
            }
        }
        return Map.of();
    }

    private record Started(
            Map<String, Object> caller,
            @Nullable AiCall call,
            @Nullable StreamTiming timing) {}
}
