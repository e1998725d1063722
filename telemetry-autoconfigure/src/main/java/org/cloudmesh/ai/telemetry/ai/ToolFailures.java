package org.cloudmesh.ai.telemetry.ai;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.execution.ToolExecutionException;
import org.springframework.ai.tool.execution.ToolExecutionExceptionProcessor;

/**
 * Sees the exceptions of tools that are told to the model: their observations end as if nothing had happened. An
 * exception is processed inside the tool's observation, on its thread, and the observation ends right after.
 */
@Internal
public final class ToolFailures {

    private static final ThreadLocal<@Nullable ToolExecutionException> PROCESSED = new ThreadLocal<>();

    private ToolFailures() {}

    /** Returns a processor that does the same as the given one. */
    public static ToolExecutionExceptionProcessor watch(ToolExecutionExceptionProcessor processor) {
        return (exception) -> {
            PROCESSED.set(exception);
            return processor.process(exception);
        };
    }

    static void forget() {
        PROCESSED.remove();
    }

    /** Returns what this thread's last tool has thrown, if it is that tool. */
    static @Nullable ToolExecutionException take(String tool) {
        ToolExecutionException exception = PROCESSED.get();
        PROCESSED.remove();
        return exception != null && exception.getToolDefinition().name().equals(tool) ? exception : null;
    }
}
