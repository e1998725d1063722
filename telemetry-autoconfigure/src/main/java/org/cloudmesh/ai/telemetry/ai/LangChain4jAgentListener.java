package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.agentic.observability.AgentInvocationError;
import dev.langchain4j.agentic.observability.AgentListener;
import dev.langchain4j.agentic.observability.AgentRequest;
import dev.langchain4j.agentic.observability.AgentResponse;
import dev.langchain4j.agentic.planner.AgentInstance;
import dev.langchain4j.agentic.scope.AgenticScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Records the invocations of LangChain4j's agents, those within another agent beneath it, and makes them the parents of
 * the model calls and tools within. The agents that are beans have it, and so have the agents within them; give it to
 * those that you build elsewhere. Thread-safe.
 */
public final class LangChain4jAgentListener implements AgentListener {

    private final AiRecorder recorder;

    /** An agent begins and ends on the same thread. */
    private final ThreadLocal<@Nullable Deque<Invocation>> thread = new ThreadLocal<>();

    /** For agents that run on other threads than the agent above them. */
    private final Map<Place, AiCall> running = new ConcurrentHashMap<>();

    /** Creates a listener; one serves all agents. */
    public LangChain4jAgentListener(AiRecorder recorder) {
        this.recorder = recorder;
    }

    @Override
    public boolean inheritedBySubagents() {
        return true;
    }

    @Override
    public void beforeAgentInvocation(AgentRequest request) {
        AgentInstance agent = request.agent();
        AiCall call = EnclosingCall.begin(this.recorder, GenAi.AGENT_EVENT, above(request.agenticScope(), agent));
        call.attribute(GenAi.OPERATION_NAME, GenAi.INVOKE_AGENT);
        call.attribute(GenAi.AGENT_NAME, agent.name());
        call.attribute(GenAi.AGENT_ID, agent.agentId());
        Place place = new Place(request.agenticScope(), agent.agentId());
        Deque<Invocation> invocations = this.thread.get();
        if (invocations == null) {
            invocations = new ArrayDeque<>();
            this.thread.set(invocations);
        }
        String type = agent.type() == null ? null : agent.type().getName();
        invocations.push(new Invocation(place, call, EnclosingCall.enter(call, type)));
        this.running.put(place, call);
    }

    @Override
    public void afterAgentInvocation(AgentResponse response) {
        end(new Place(response.agenticScope(), response.agentId()), null);
    }

    @Override
    public void onAgentInvocationError(AgentInvocationError error) {
        end(new Place(error.agenticScope(), error.agentId()), error.error());
    }

    private @Nullable AiCall above(AgenticScope scope, AgentInstance agent) {
        AgentInstance parent = agent.parent();
        return parent == null ? null : this.running.get(new Place(scope, parent.agentId()));
    }

    private void end(Place place, @Nullable Throwable error) {
        Deque<Invocation> invocations = this.thread.get();
        if (invocations == null || invocations.stream().noneMatch((invocation) -> invocation.place.equals(place))) {
            return;
        }
        Invocation invocation;
        do {
            invocation = invocations.pop();
            invocation.enclosing.leave();
            this.running.remove(invocation.place, invocation.call);
            if (error != null) {
                invocation.call.fail(error);
            }
            // One that is left above it has ended without a word.
            invocation.call.end();
        } while (!invocation.place.equals(place));
        if (invocations.isEmpty()) {
            this.thread.remove();
        }
    }

    private record Invocation(Place place, AiCall call, EnclosingCall enclosing) {}

    /** Where an agent runs; a scope is one run of a system of agents. */
    private record Place(@Nullable AgenticScope scope, String agentId) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place place && this.scope == place.scope && this.agentId.equals(place.agentId);
        }

        @Override
        public int hashCode() {
            return Objects.hash(System.identityHashCode(this.scope), this.agentId);
        }
    }
}
