package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records each chosen observation when it stops: one record for one call. Register it beside the handlers of metrics and
 * tracing, which it leaves alone. Thread-safe.
 */
public final class TelemetryObservationHandler implements ObservationHandler<Observation.Context> {

    /** Observations above model calls: they begin on the caller's own thread, where a stream's model call may not. */
    private static final String CHAT_CLIENT = "spring.ai.chat.client";

    private static final boolean CONVERSATIONS =
            TraceIds.isPresent("org.springframework.ai.chat.client.observation.ChatClientObservationContext");

    private final AiRecorder recorder;

    private final ObservationSelection selection;

    private final List<ContextReader> readers;

    /** Creates a handler that records the observations of this selection. */
    public TelemetryObservationHandler(AiRecorder recorder, ObservationSelection selection) {
        this.recorder = recorder;
        this.selection = selection;
        this.readers = readers();
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

    @Override
    public boolean supportsContext(Observation.Context context) {
        // The name may not be known yet.
        return true;
    }

    @Override
    public void onStart(Observation.Context context) {
        String name = context.getName();
        if (name == null) {
            return;
        }
        boolean chosen = this.selection.chooses(name);
        if (!chosen && !name.equals(CHAT_CLIENT)) {
            return;
        }
        Map<String, Object> caller = new HashMap<>(callerAbove(context));
        caller.putAll(this.recorder.caller());
        if (!chosen) {
            context.put(Started.class, new Started(caller, null, null));
            return;
        }
        ContextReader reader = reader(context);
        reader.begin();
        StreamTiming timing = reader.streams(context) ? StreamTiming.claim() : null;
        if (timing != null) {
            caller.putAll(timing.attributes());
        }
        context.put(Started.class, new Started(caller, this.recorder.begin(name, caller), timing));
    }

    @Override
    public void onStop(Observation.Context context) {
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
