package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.content.Content;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.ai.observation.AiOperationMetadata;
import org.springframework.ai.tool.execution.ToolExecutionException;
import org.springframework.ai.tool.observation.ToolCallingObservationContext;

/** Readers of the observations of Spring AI's models and tools; loaded only where Spring AI is. */
final class SpringAiReaders {

    private SpringAiReaders() {}

    static List<ContextReader> all() {
        return List.of(new Chat(), new Embedding(), new Image(), new Tool());
    }

    private static void operation(AiCall call, AiOperationMetadata metadata) {
        call.attribute(GenAi.OPERATION_NAME, GenAi.operation(metadata.operationType()));
        call.attribute(GenAi.PROVIDER_NAME, GenAi.provider(metadata.provider()));
    }

    static TokenUsage usage(Usage usage) {
        Object given = usage.getNativeUsage();
        Long read = usage.getCacheReadInputTokens();
        Long created = usage.getCacheWriteInputTokens();
        return new TokenUsage(
                asLong(usage.getPromptTokens()),
                asLong(usage.getCompletionTokens()),
                read != null ? read : NativeUsage.cacheRead(given),
                created != null ? created : NativeUsage.cacheCreation(given),
                NativeUsage.reasoning(given));
    }

    private static @Nullable Long asLong(@Nullable Integer tokens) {
        return tokens == null ? null : tokens.longValue();
    }

    private abstract static class Model implements ContextReader {

        @Override
        public String durationName(Observation.Context context) {
            return GenAi.DURATION;
        }
    }

    private static final class Chat extends Model {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ChatModelObservationContext;
        }

        @Override
        public boolean streams(Observation.Context context) {
            return ((ChatModelObservationContext) context).isStreaming();
        }

        @Override
        public void read(Observation.Context observed, AiCall call) {
            ChatModelObservationContext context = (ChatModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            if (context.getRequest().getOptions() != null) {
                call.attribute(
                        GenAi.REQUEST_MODEL, context.getRequest().getOptions().getModel());
            }
            call.content(GenAi.INPUT_MESSAGES, () -> text(context.getRequest().getInstructions()));
            ChatResponse response = context.getResponse();
            String finishReasons = response == null ? "" : finishReasons(response);
            if (context.isStreaming() && context.getError() == null) {
                if (response == null) {
                    call.cancel();
                } else if (finishReasons.isEmpty()) {
                    call.failIncomplete();
                }
            }
            if (response == null) {
                return;
            }
            call.attribute(GenAi.RESPONSE_MODEL, response.getMetadata().getModel());
            call.attribute(GenAi.FINISH_REASONS, finishReasons);
            if (response.getMetadata().getUsage() != null) {
                call.usage(usage(response.getMetadata().getUsage()));
            }
            call.content(
                    GenAi.OUTPUT_MESSAGES,
                    () -> text(response.getResults().stream()
                            .map((generation) -> (Content) generation.getOutput())
                            .toList()));
        }

        private static String finishReasons(ChatResponse response) {
            return response.getResults().stream()
                    .map((generation) -> generation.getMetadata().getFinishReason())
                    .filter((reason) -> reason != null && !reason.isBlank())
                    .map((reason) -> reason.toLowerCase(Locale.ROOT))
                    .distinct()
                    .collect(Collectors.joining(","));
        }

        private static String text(List<? extends Content> messages) {
            return messages.stream()
                    .map(Content::getText)
                    .filter((text) -> text != null && !text.isEmpty())
                    .collect(Collectors.joining("\n"));
        }
    }

    private static final class Embedding extends Model {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof EmbeddingModelObservationContext;
        }

        @Override
        public void read(Observation.Context observed, AiCall call) {
            EmbeddingModelObservationContext context = (EmbeddingModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            if (context.getRequest().getOptions() != null) {
                call.attribute(
                        GenAi.REQUEST_MODEL, context.getRequest().getOptions().getModel());
            }
            call.content(
                    GenAi.INPUT_MESSAGES,
                    () -> String.join("\n", context.getRequest().getInstructions()));
            EmbeddingResponse response = context.getResponse();
            if (response != null) {
                call.attribute(GenAi.RESPONSE_MODEL, response.getMetadata().getModel());
                Usage usage = response.getMetadata().getUsage();
                if (usage != null) {
                    // Embeddings have no output tokens; clients fill in a zero.
                    call.usage(new TokenUsage(asLong(usage.getPromptTokens()), null, null, null, null));
                }
            }
        }
    }

    private static final class Image extends Model {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ImageModelObservationContext;
        }

        @Override
        public void read(Observation.Context observed, AiCall call) {
            ImageModelObservationContext context = (ImageModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            if (context.getRequest().getOptions() != null) {
                call.attribute(
                        GenAi.REQUEST_MODEL, context.getRequest().getOptions().getModel());
            }
        }
    }

    private static final class Tool implements ContextReader {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ToolCallingObservationContext;
        }

        @Override
        public void begin() {
            ToolFailures.forget();
        }

        @Override
        public void read(Observation.Context observed, AiCall call) {
            ToolCallingObservationContext context = (ToolCallingObservationContext) observed;
            call.attribute(GenAi.OPERATION_NAME, context.getOperationMetadata().operationType());
            call.attribute(GenAi.TOOL_NAME, context.getToolDefinition().name());
            Throwable error = context.getError();
            if (error == null) {
                error = ToolFailures.take(context.getToolDefinition().name());
            }
            if (error != null) {
                // What the tool threw says more than that a tool threw.
                call.fail(
                        error instanceof ToolExecutionException && error.getCause() != null ? error.getCause() : error);
            }
            call.content(GenAi.TOOL_ARGUMENTS, context::getToolCallArguments);
            call.content(GenAi.TOOL_RESULT, context::getToolCallResult);
        }
    }
}
