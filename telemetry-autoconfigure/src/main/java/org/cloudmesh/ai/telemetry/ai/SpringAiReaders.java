package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.content.Content;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.ai.observation.AiOperationMetadata;
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

    /**
     * Returns the usage of a chat.
     *
     * @param start the provider's usage object at the beginning of a stream, where its last one may say less; null for
     *     none
     */
    static TokenUsage usage(@Nullable Usage usage, @Nullable String provider, @Nullable Object start) {
        if (usage == null) {
            return TokenUsage.UNKNOWN;
        }
        Object given = usage.getNativeUsage();
        TokenCounts counts = new TokenCounts()
                .input(usage.getPromptTokens())
                .output(usage.getCompletionTokens())
                .total(usage.getTotalTokens())
                .cacheRead(usage.getCacheReadInputTokens())
                .cacheCreation(usage.getCacheWriteInputTokens())
                .read(given)
                .read(start);
        if (!counts.hasDetail() && start == null && saysNoDetail(given)) {
            counts.detailLost();
        }
        return counts.usage(provider);
    }

    /** Returns whether a client has put its own sum in place of the provider's usage, or a part of it. */
    private static boolean saysNoDetail(@Nullable Object given) {
        return given == null
                || given instanceof Map<?, ?>
                || given.getClass().getName().equals("com.anthropic.models.messages.MessageDeltaUsage");
    }

    private static void options(AiCall call, @Nullable ChatOptions options) {
        if (options != null) {
            call.attribute(GenAi.REQUEST_MODEL, options.getModel());
            call.attribute(GenAi.REQUEST_TEMPERATURE, options.getTemperature());
            call.attribute(GenAi.REQUEST_TOP_P, options.getTopP());
            Long maxTokens = ObjectProperties.number(options, "maxTokens", "maxCompletionTokens", "maxOutputTokens");
            call.attribute(GenAi.REQUEST_MAX_TOKENS, maxTokens);
        }
    }

    private abstract static class Model implements ContextReader {

        @Override
        public String durationName(Observation.Context context) {
            return GenAi.DURATION;
        }
    }

    private static final class Chat extends Model {

        @Override
        public String modelOperation() {
            return GenAi.CHAT;
        }

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ChatModelObservationContext;
        }

        @Override
        public void begin(Observation.Context observed, AiCall call) {
            ChatModelObservationContext context = (ChatModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            options(call, context.getRequest().getOptions());
            if (context.isStreaming()) {
                call.attribute(GenAi.REQUEST_STREAM, true);
            }
        }

        @Override
        public boolean streams(Observation.Context context) {
            return ((ChatModelObservationContext) context).isStreaming();
        }

        @Override
        public void read(Observation.Context observed, AiCall call, @Nullable StreamTap tap) {
            ChatModelObservationContext context = (ChatModelObservationContext) observed;
            call.content(GenAi.INPUT_MESSAGES, () -> text(context.getRequest().getInstructions()));
            ChatResponse response = context.getResponse();
            if (response == null) {
                if (context.isStreaming() && context.getError() == null) {
                    call.cancel();
                }
                if (context.isStreaming()) {
                    call.usage(tap != null && tap.isTapped() && tap.hasBegun() ? TokenUsage.UNKNOWN : null);
                }
                return;
            }
            String provider = GenAi.provider(context.getOperationMetadata().provider());
            TokenUsage usage = tap != null && tap.isTapped()
                    ? usage(tap.usage(), provider, tap.startUsage())
                    : usage(response.getMetadata().getUsage(), provider, null);
            call.usage(usage);
            call.attribute(GenAi.RESPONSE_ID, response.getMetadata().getId());
            call.attribute(
                    GenAi.RESPONSE_MODEL, GenAi.model(response.getMetadata().getModel()));
            String finishReasons = finishReasons(response);
            call.attribute(GenAi.FINISH_REASONS, finishReasons);
            if (GenAi.filtered(finishReasons)) {
                call.failFiltered();
            } else if (context.isStreaming()
                    && context.getError() == null
                    && finishReasons.isEmpty()
                    && TokenUsage.orZero(usage.output()) == 0) {
                // A server that counted the output has come to the end, though Ollama then gives no reason.
                call.failIncomplete();
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
        public String modelOperation() {
            return GenAi.EMBEDDINGS;
        }

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof EmbeddingModelObservationContext;
        }

        @Override
        public void begin(Observation.Context observed, AiCall call) {
            EmbeddingModelObservationContext context = (EmbeddingModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            if (context.getRequest().getOptions() != null) {
                call.attribute(
                        GenAi.REQUEST_MODEL, context.getRequest().getOptions().getModel());
            }
        }

        @Override
        public void read(Observation.Context observed, AiCall call, @Nullable StreamTap tap) {
            EmbeddingModelObservationContext context = (EmbeddingModelObservationContext) observed;
            call.content(
                    GenAi.INPUT_MESSAGES,
                    () -> String.join("\n", context.getRequest().getInstructions()));
            EmbeddingResponse response = context.getResponse();
            if (response != null) {
                call.attribute(GenAi.RESPONSE_MODEL, response.getMetadata().getModel());
                Usage usage = response.getMetadata().getUsage();
                // Embeddings have no output tokens; clients fill in a zero.
                call.usage(new TokenCounts()
                        .input(usage == null ? null : usage.getPromptTokens())
                        .whole());
            }
        }
    }

    private static final class Image extends Model {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ImageModelObservationContext;
        }

        @Override
        public void begin(Observation.Context observed, AiCall call) {
            ImageModelObservationContext context = (ImageModelObservationContext) observed;
            operation(call, context.getOperationMetadata());
            if (context.getRequest().getOptions() != null) {
                call.attribute(
                        GenAi.REQUEST_MODEL, context.getRequest().getOptions().getModel());
            }
        }

        @Override
        public void read(Observation.Context observed, AiCall call, @Nullable StreamTap tap) {}
    }

    private static final class Tool implements ContextReader {

        @Override
        public boolean supports(Observation.Context context) {
            return context instanceof ToolCallingObservationContext;
        }

        @Override
        public void begin(Observation.Context observed, AiCall call) {
            ToolFailures.forget();
            ToolCallingObservationContext context = (ToolCallingObservationContext) observed;
            call.attribute(GenAi.OPERATION_NAME, context.getOperationMetadata().operationType());
            call.attribute(GenAi.TOOL_NAME, context.getToolDefinition().name());
            call.attribute(GenAi.TOOL_CALL_ID, context.getToolCallId());
        }

        @Override
        public void read(Observation.Context observed, AiCall call, @Nullable StreamTap tap) {
            ToolCallingObservationContext context = (ToolCallingObservationContext) observed;
            Throwable error = context.getError();
            if (error == null) {
                error = ToolFailures.take(context.getToolDefinition().name());
            }
            if (error != null) {
                call.fail(error);
            }
            call.content(GenAi.TOOL_ARGUMENTS, context::getToolCallArguments);
            call.content(GenAi.TOOL_RESULT, context::getToolCallResult);
        }
    }
}
