package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns observations into calls, from their beginning to their end; what is known of one stays in its context, so that
 * a context that nobody can stop any more takes its call with it. Thread-safe.
 *
 * <p>One call is one record. An observation may be stopped twice. And a library may observe a call by key values alone
 * that a model's client observes itself, within or around it: then the client's observation, which knows more, is
 * recorded.
 */
final class ObservedCalls {

    private static final boolean CONVERSATIONS =
            TraceIds.isPresent("org.springframework.ai.chat.client.observation.ChatClientObservationContext");

    /** Where HTTP clients say which server they have asked. */
    private static final String[] HOSTS = {GenAi.SERVER_ADDRESS, "target.host", "client.name"};

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
        context.put(Started.class, new Started(caller(context), null, null, null, null, Set.of()));
    }

    void begin(String name, Observation.Context context) {
        Map<String, Object> caller = caller(context);
        ContextReader reader = reader(context);
        boolean streams = reader.streams(context);
        StreamTiming timing = streams ? StreamTiming.claim() : null;
        if (timing != null) {
            caller.putAll(timing.attributes());
        }
        AiCall call = this.recorder.begin(name, caller, ObservedPlaces.enclosing(context));
        ObservedPlaces.begin(context, call.place());
        call.durationName(reader.durationName(context));
        reader.begin(context, call);
        String operation = reader.modelOperation();
        if (operation != null) {
            for (Observation.Context above = TraceIds.parent(context); above != null; above = TraceIds.parent(above)) {
                Started started = above.get(Started.class);
                if (started != null && started.call != null && started.operation == null) {
                    started.enclosed.add(operation);
                }
            }
        }
        context.put(
                Started.class,
                new Started(
                        caller,
                        call,
                        timing,
                        streams ? StreamTap.arm(call) : null,
                        operation,
                        ConcurrentHashMap.newKeySet()));
    }

    /** Notes which server a call beneath which this request was made has asked. */
    void request(Observation.Context context) {
        Started above = callAbove(context);
        if (above == null || above.call == null || above.call.attribute(GenAi.SERVER_ADDRESS) != null) {
            return;
        }
        for (String key : HOSTS) {
            KeyValue host = context.getLowCardinalityKeyValue(key);
            if (host != null && !host.getValue().equalsIgnoreCase("unknown")) {
                above.call.attribute(GenAi.SERVER_ADDRESS, host.getValue());
                return;
            }
        }
    }

    /** Leaves an observation to another instrument that watches the same call, which gets its place in the trace. */
    static void supersede(Observation observation, AiCall by) {
        if (!(observation.getContextView() instanceof Observation.Context context)) {
            return;
        }
        Started started = context.get(Started.class);
        if (started != null && started.call != null && started.call != by) {
            started.call.discard();
        }
        ObservedPlaces.begin(context, by.place());
        ObservedPlaces.place(context);
    }

    void end(Observation.Context context) {
        Started started = context.get(Started.class);
        if (started == null || started.call == null || started.call.hasEnded()) {
            return;
        }
        AiCall call = started.call;
        call.stopClock();
        if (context.getError() != null) {
            call.fail(context.getError());
        }
        reader(context).read(context, call, started.tap);
        if (repeats(context, started, call)) {
            call.discard();
            return;
        }
        call.attribute(GenAi.CONVERSATION_ID, CONVERSATIONS ? Conversations.find(context) : null);
        ObservedPlaces.place(context);
        StreamTiming timing = started.timing;
        if (timing == null || (started.tap != null && started.tap.isTapped())) {
            call.end();
        } else {
            timing.whenEnded(() -> record(call, timing));
        }
    }

    private static void record(AiCall call, StreamTiming timing) {
        timing.tell(call);
        if (timing.usage() != null) {
            call.usage(SpringAiReaders.usage(timing.usage(), (String) call.attribute(GenAi.PROVIDER_NAME), null));
        }
        call.end();
    }

    /** Returns whether an observation that is known by its key values alone is of a call that is recorded already. */
    private static boolean repeats(Observation.Context context, Started started, AiCall call) {
        if (started.operation != null) {
            return false;
        }
        Object operation = call.attribute(GenAi.OPERATION_NAME);
        if (!GenericReader.isModelCall(context, operation)) {
            return false;
        }
        String model = operation == null || !operation.equals(GenAi.EMBEDDINGS) ? GenAi.CHAT : GenAi.EMBEDDINGS;
        if (operation == null ? !started.enclosed.isEmpty() : started.enclosed.contains(model)) {
            return true;
        }
        Started above = callAbove(context);
        return above != null && above.operation != null && (operation == null || above.operation.equals(model));
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
        Map<String, Object> caller = new HashMap<>();
        Started above = startedAbove(context, false);
        if (above != null) {
            caller.putAll(above.caller);
        }
        caller.putAll(this.recorder.caller());
        return caller;
    }

    private static @Nullable Started callAbove(Observation.Context context) {
        return startedAbove(context, true);
    }

    private static @Nullable Started startedAbove(Observation.Context context, boolean call) {
        for (Observation.Context above = TraceIds.parent(context); above != null; above = TraceIds.parent(above)) {
            Started started = above.get(Started.class);
            if (started != null && (started.call != null || !call)) {
                return started;
            }
        }
        return null;
    }

    /**
     * What is known of an observation that has begun.
     *
     * @param caller attributes of its caller
     * @param call the call; null for an observation that is none
     * @param timing times of an advised stream; null without
     * @param tap the stream itself; null without
     * @param operation of a typed observation of a model's call; null for any other
     * @param enclosed operations of the typed observations beneath this one
     */
    private record Started(
            Map<String, Object> caller,
            @Nullable AiCall call,
            @Nullable StreamTiming timing,
            @Nullable StreamTap tap,
            @Nullable String operation,
            Set<String> enclosed) {}
}
