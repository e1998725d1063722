package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads any observation by its key values: the ones of low cardinality, and token counts where they are given. */
final class GenericReader implements ContextReader {

    /** Of high cardinality, but without content. */
    private static final List<String> DETAILS = List.of(
            GenAi.RESPONSE_ID,
            GenAi.TOOL_CALL_ID,
            GenAi.CONVERSATION_ID,
            GenAi.FINISH_REASONS,
            GenAi.REQUEST_TEMPERATURE,
            GenAi.REQUEST_MAX_TOKENS,
            GenAi.REQUEST_TOP_P,
            GenAi.REQUEST_STREAM,
            GenAi.SERVER_ADDRESS,
            GenAi.HTTP_STATUS);

    private static final Set<String> MODEL_OPERATIONS =
            Set.of(GenAi.CHAT, GenAi.EMBEDDINGS, "generate_content", "text_completion");

    @Override
    public boolean supports(Observation.Context context) {
        return true;
    }

    @Override
    public void read(Observation.Context context, AiCall call, @Nullable StreamTap tap) {
        for (KeyValue keyValue : context.getLowCardinalityKeyValues()) {
            add(call, keyValue.getKey(), keyValue.getValue());
        }
        for (String key : DETAILS) {
            KeyValue keyValue = context.getHighCardinalityKeyValue(key);
            if (keyValue != null) {
                add(call, key, keyValue.getValue());
            }
        }
        TokenCounts counts = new TokenCounts()
                .input(number(context, GenAi.INPUT_TOKENS, "gen_ai.usage.prompt_tokens"))
                .output(number(context, GenAi.OUTPUT_TOKENS, "gen_ai.usage.completion_tokens"))
                .cacheRead(number(context, GenAi.CACHE_READ_TOKENS, "gen_ai.usage.cache_read_input_tokens"))
                .cacheCreation(number(
                        context,
                        GenAi.CACHE_CREATION_TOKENS,
                        "gen_ai.usage.cache_write.input_tokens",
                        "gen_ai.usage.cache_creation_input_tokens"))
                .reasoning(number(context, GenAi.REASONING_TOKENS, "gen_ai.usage.reasoning_tokens"));
        if (counts.any()) {
            // These follow OpenTelemetry's definition whoever the provider is.
            call.usage(counts.whole());
        }
    }

    /** Returns whether it is a model's call that a typed observation may tell of as well. */
    static boolean isModelCall(Observation.Context context, @Nullable Object operation) {
        return operation != null
                ? MODEL_OPERATIONS.contains(operation.toString())
                : String.valueOf(context.getName()).startsWith("gen_ai.client.");
    }

    private static void add(AiCall call, String key, String value) {
        switch (key) {
            case "gen_ai.system", GenAi.PROVIDER_NAME -> call.attribute(GenAi.PROVIDER_NAME, GenAi.provider(value));
            case GenAi.OPERATION_NAME -> call.attribute(key, GenAi.operation(value));
            // The class name of an error, told already in full.
            case "error", GenAi.ERROR_TYPE -> {}
            default -> {
                // Counts of tokens are metrics, however they come.
                if (!key.startsWith("gen_ai.usage.")) {
                    call.attribute(key, value);
                }
            }
        }
    }

    private static @Nullable Long number(Observation.Context context, String... keys) {
        for (String key : keys) {
            KeyValue keyValue = context.getHighCardinalityKeyValue(key);
            if (keyValue == null) {
                keyValue = context.getLowCardinalityKeyValue(key);
            }
            try {
                if (keyValue != null) {
                    return new BigDecimal(keyValue.getValue()).longValueExact();
                }
            } catch (ArithmeticException | NumberFormatException ex) {
                // No count of tokens.
            }
        }
        return null;
    }
}
