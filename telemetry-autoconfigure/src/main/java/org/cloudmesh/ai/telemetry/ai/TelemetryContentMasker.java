package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.Nullable;

/**
 * Sees each prompt, completion, tool argument, tool result and query text before it is recorded, which happens only
 * when {@code telemetry.observations.content} is true. When it throws, the content is left out.
 */
@FunctionalInterface
public interface TelemetryContentMasker {

    /**
     * Returns what may be recorded.
     *
     * @param attribute the attribute that is to hold it, for example {@code gen_ai.input.messages}
     * @param content the whole text, not yet shortened
     * @return the text to record; null to leave it out
     */
    @Nullable
    String mask(String attribute, String content);
}
