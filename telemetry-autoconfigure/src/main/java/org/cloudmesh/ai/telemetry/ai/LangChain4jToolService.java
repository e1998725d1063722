package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.ToolExecutionException;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.AiServiceTool;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import dev.langchain4j.service.tool.ToolService;
import dev.langchain4j.service.tool.ToolServiceContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records each tool of an AI service as it runs. LangChain4j's event of a tool comes after all tools of a turn have
 * ended, and says neither how long it took nor whether it failed: so the executors themselves are watched.
 */
final class LangChain4jToolService extends ToolService {

    private final AiRecorder recorder;

    LangChain4jToolService(AiRecorder recorder) {
        this.recorder = recorder;
    }

    @Override
    public ToolServiceContext createContext(
            InvocationContext invocationContext, UserMessage userMessage, List<ChatMessage> messages) {
        ToolServiceContext context = super.createContext(invocationContext, userMessage, messages);
        if (context.toolExecutors().isEmpty() && context.dynamicToolProviders().isEmpty()) {
            return context;
        }
        Map<String, ToolExecutor> executors = new HashMap<>(context.toolExecutors());
        executors.replaceAll((name, executor) -> watch(executor));
        return context.toBuilder()
                .toolExecutors(executors)
                .dynamicToolProviders(context.dynamicToolProviders().stream()
                        .<ToolProvider>map(DynamicTools::new)
                        .toList())
                .build();
    }

    private ToolExecutor watch(ToolExecutor executor) {
        return executor instanceof WatchedTool ? executor : new WatchedTool(executor);
    }

    private final class WatchedTool implements ToolExecutor {

        private final ToolExecutor executor;

        private WatchedTool(ToolExecutor executor) {
            this.executor = executor;
        }

        @Override
        public String execute(ToolExecutionRequest request, Object memoryId) {
            AiCall call = begin(request, null);
            return run(call, () -> {
                String result = this.executor.execute(request, memoryId);
                call.content(GenAi.TOOL_RESULT, () -> result);
                return result;
            });
        }

        @Override
        public ToolExecutionResult executeWithContext(ToolExecutionRequest request, InvocationContext context) {
            AiCall call = begin(request, context);
            return run(call, () -> {
                ToolExecutionResult result = this.executor.executeWithContext(request, context);
                if (result.isError()) {
                    call.fail(new ToolExecutionException("The tool says so"));
                }
                call.content(GenAi.TOOL_RESULT, result::resultText);
                return result;
            });
        }

        private AiCall begin(ToolExecutionRequest request, @Nullable InvocationContext context) {
            AiCall call = EnclosingCall.begin(
                    LangChain4jToolService.this.recorder, GenAi.TOOL_EVENT, LangChain4jServices.find(context));
            call.attribute(GenAi.OPERATION_NAME, GenAi.EXECUTE_TOOL);
            call.attribute(GenAi.TOOL_NAME, request.name());
            call.attribute(GenAi.TOOL_CALL_ID, request.id());
            call.content(GenAi.TOOL_ARGUMENTS, request::arguments);
            return call;
        }

        private static <T> T run(AiCall call, Supplier<T> execution) {
            EnclosingCall enclosing = EnclosingCall.enter(call);
            try {
                return execution.get();
            } catch (Throwable ex) {
                // What the tool threw says more than that a tool threw.
                call.fail(ex instanceof ToolExecutionException && ex.getCause() != null ? ex.getCause() : ex);
                throw ex;
            } finally {
                enclosing.leave();
                call.end();
            }
        }
    }

    private final class DynamicTools implements ToolProvider {

        private final ToolProvider provider;

        private DynamicTools(ToolProvider provider) {
            this.provider = provider;
        }

        @Override
        public @Nullable ToolProviderResult provideTools(ToolProviderRequest request) {
            ToolProviderResult result = this.provider.provideTools(request);
            return result == null
                    ? null
                    : new ToolProviderResult(
                            result.aiServiceTools().stream().map(this::watch).toList());
        }

        private AiServiceTool watch(AiServiceTool tool) {
            return tool.toBuilder()
                    .toolExecutor(LangChain4jToolService.this.watch(tool.toolExecutor()))
                    .build();
        }

        @Override
        public boolean isDynamic() {
            return true;
        }
    }
}
