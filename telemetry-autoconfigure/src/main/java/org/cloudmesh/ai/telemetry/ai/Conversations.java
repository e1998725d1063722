package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.observation.ChatClientObservationContext;
import org.springframework.ai.chat.memory.ChatMemory;

/** Finds the conversation of a call in the chat client's observation above it; loaded only where chat clients are. */
final class Conversations {

    private Conversations() {}

    static @Nullable Object find(Observation.Context context) {
        for (Observation.Context c = context; c != null; c = TraceIds.parent(c)) {
            if (c instanceof ChatClientObservationContext client) {
                return client.getRequest().context().get(ChatMemory.CONVERSATION_ID);
            }
        }
        return null;
    }
}
