package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.observability.api.event.AiServiceCompletedEvent;
import dev.langchain4j.observability.api.event.AiServiceErrorEvent;
import dev.langchain4j.observability.api.event.AiServiceEvent;
import dev.langchain4j.observability.api.event.AiServiceRequestIssuedEvent;
import dev.langchain4j.observability.api.event.AiServiceStartedEvent;
import dev.langchain4j.observability.api.listener.AiServiceListener;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.Nullable;

/**
 * Records the invocations of LangChain4j's AI services, and makes them the parents of the model calls, tools and
 * retrievers within. {@link LangChain4jServiceContextFactory} gives its listeners to each service that is built while
 * one is installed. Thread-safe.
 */
@Internal
public final class LangChain4jServices {

    /** Where a memory has no id of its own. */
    private static final String DEFAULT_MEMORY = "default";

    private static final List<Supplier<@Nullable AiRecorder>> INSTALLED = new CopyOnWriteArrayList<>();

    private static final Map<UUID, Invocation> RUNNING = new ConcurrentHashMap<>();

    private static final ThreadLocal<@Nullable WeakReference<AiCall>> NEXT_PARENT = new ThreadLocal<>();

    private final AiRecorder recorder;

    LangChain4jServices(AiRecorder recorder) {
        this.recorder = recorder;
    }

    /**
     * Has the services recorded that are built from now on.
     *
     * @param recorder asked when the first of them is built; null for not at all. The last that was installed is taken
     */
    public static void install(Supplier<@Nullable AiRecorder> recorder) {
        INSTALLED.add(recorder);
    }

    /** Ends that; services that are built already are recorded as long as they live. */
    public static void uninstall(Supplier<@Nullable AiRecorder> recorder) {
        INSTALLED.remove(recorder);
    }

    static @Nullable AiRecorder installed() {
        List<Supplier<@Nullable AiRecorder>> installed = List.copyOf(INSTALLED);
        return installed.isEmpty() ? null : installed.get(installed.size() - 1).get();
    }

    /** Returns the call of a service's invocation; null when it is not recorded. */
    static @Nullable AiCall find(@Nullable InvocationContext context) {
        Invocation invocation = context == null ? null : RUNNING.get(context.invocationId());
        return invocation == null ? null : invocation.call;
    }

    /** Returns the service for which this thread is about to call a model; once. */
    static @Nullable AiCall takeNextParent() {
        WeakReference<AiCall> next = NEXT_PARENT.get();
        if (next == null) {
            return null;
        }
        NEXT_PARENT.remove();
        AiCall call = next.get();
        return call == null || call.hasEnded() ? null : call;
    }

    List<AiServiceListener<?>> listeners() {
        return List.of(
                new Listener<>(AiServiceStartedEvent.class, this::started),
                new Listener<>(AiServiceRequestIssuedEvent.class, LangChain4jServices::issued),
                new Listener<>(AiServiceCompletedEvent.class, (event) -> ended(event.invocationContext(), null)),
                new Listener<>(AiServiceErrorEvent.class, (event) -> ended(event.invocationContext(), event.error())));
    }

    private void started(AiServiceStartedEvent event) {
        InvocationContext context = event.invocationContext();
        UUID id = context.invocationId();
        AiCall agent = EnclosingCall.ofOwner(context.interfaceName());
        if (agent != null) {
            // The agent's own listener records it.
            RUNNING.put(id, new Invocation(agent, false));
        } else {
            RUNNING.put(id, new Invocation(begin(context), true));
        }
        // A stream that is forgotten ends no invocation.
        AiRecorder.cleaner().register(context, () -> RUNNING.remove(id));
    }

    private AiCall begin(InvocationContext context) {
        AiCall call = EnclosingCall.begin(this.recorder, GenAi.AGENT_EVENT);
        call.attribute(GenAi.OPERATION_NAME, GenAi.INVOKE_AGENT);
        String type = context.interfaceName();
        call.attribute(GenAi.AGENT_NAME, type.substring(type.lastIndexOf('.') + 1));
        call.attribute(GenAi.FUNCTION_NAME, type + "." + context.methodName());
        if (context.modelProvider() != null) {
            call.attribute(
                    GenAi.PROVIDER_NAME, GenAi.provider(context.modelProvider().name()));
        }
        if (!DEFAULT_MEMORY.equals(context.chatMemoryId())) {
            call.attribute(GenAi.CONVERSATION_ID, context.chatMemoryId());
        }
        return call;
    }

    private static void issued(AiServiceRequestIssuedEvent event) {
        AiCall call = find(event.invocationContext());
        if (call != null) {
            NEXT_PARENT.set(new WeakReference<>(call));
        }
    }

    private static void ended(InvocationContext context, @Nullable Throwable error) {
        Invocation invocation = RUNNING.remove(context.invocationId());
        if (invocation == null || !invocation.own) {
            return;
        }
        if (error != null) {
            invocation.call.fail(error);
        }
        invocation.call.end();
    }

    private record Invocation(AiCall call, boolean own) {}

    private record Listener<T extends AiServiceEvent>(Class<T> type, Consumer<T> action)
            implements AiServiceListener<T> {

        @Override
        public Class<T> getEventClass() {
            return this.type;
        }

        @Override
        public void onEvent(T event) {
            this.action.accept(event);
        }
    }
}
