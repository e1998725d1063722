package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.exception.ToolExecutionException;
import dev.langchain4j.mcp.client.McpCallContext;
import dev.langchain4j.mcp.client.McpClientListener;
import dev.langchain4j.mcp.client.McpGetPromptResult;
import dev.langchain4j.mcp.client.McpReadResourceResult;
import dev.langchain4j.mcp.protocol.McpCallToolParams;
import dev.langchain4j.mcp.protocol.McpCallToolRequest;
import dev.langchain4j.service.tool.ToolExecutionResult;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Records what LangChain4j's MCP clients ask of their servers: tools, resources and prompts. Clients take listeners
 * only as they are built, so give it to each: {@code DefaultMcpClient.builder().addListener(..)}. Thread-safe.
 */
public final class LangChain4jMcpListener implements McpClientListener {

    private final AiRecorder recorder;

    /** By identity: two requests of two clients may be equal. */
    private final Map<Request, AiCall> running = new ConcurrentHashMap<>();

    private final AtomicInteger clients = new AtomicInteger();

    /** Creates a listener; one serves all clients. */
    public LangChain4jMcpListener(AiRecorder recorder) {
        this.recorder = recorder;
    }

    /** Returns how many clients have begun with this listener. */
    public int clients() {
        return this.clients.get();
    }

    @Override
    public void beforeInitialize(McpCallContext context) {
        this.clients.incrementAndGet();
    }

    @Override
    public void beforeExecuteTool(McpCallContext context) {
        AiCall call = begin(context, "tools/call");
        call.attribute(GenAi.OPERATION_NAME, GenAi.EXECUTE_TOOL);
        if (context.message() instanceof McpCallToolRequest request
                && request.getParams() instanceof McpCallToolParams parameters) {
            call.attribute(GenAi.TOOL_NAME, parameters.getName());
        }
    }

    @Override
    public void afterExecuteTool(
            McpCallContext context, ToolExecutionResult result, @Nullable Map<String, Object> rawResult) {
        end(context, result.isError() ? new ToolExecutionException("The tool says so") : null);
    }

    @Override
    public void onExecuteToolError(McpCallContext context, Throwable error) {
        end(context, error);
    }

    @Override
    public void beforeResourceGet(McpCallContext context) {
        begin(context, "resources/read");
    }

    @Override
    public void afterResourceGet(
            McpCallContext context, McpReadResourceResult result, @Nullable Map<String, Object> rawResult) {
        end(context, null);
    }

    @Override
    public void onResourceGetError(McpCallContext context, Throwable error) {
        end(context, error);
    }

    @Override
    public void beforePromptGet(McpCallContext context) {
        begin(context, "prompts/get");
    }

    @Override
    public void afterPromptGet(
            McpCallContext context, McpGetPromptResult result, @Nullable Map<String, Object> rawResult) {
        end(context, null);
    }

    @Override
    public void onPromptGetError(McpCallContext context, Throwable error) {
        end(context, error);
    }

    private AiCall begin(McpCallContext context, String method) {
        AiCall call = EnclosingCall.begin(
                this.recorder, GenAi.MCP_EVENT, LangChain4jServices.find(context.invocationContext()));
        call.attribute(GenAi.MCP_METHOD, method);
        this.running.put(new Request(context.message()), call);
        return call;
    }

    private void end(McpCallContext context, @Nullable Throwable error) {
        AiCall call = this.running.remove(new Request(context.message()));
        if (call != null) {
            if (error != null) {
                call.fail(error);
            }
            call.end();
        }
    }

    private record Request(Object message) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Request request && this.message == request.message;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this.message);
        }
    }
}
