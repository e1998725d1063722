package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** Reads any observation by its key values: the ones of low cardinality, and token counts where they are given. */
final class GenericReader implements ContextReader {

    @Override
    public boolean supports(Observation.Context context) {
        return true;
    }

    @Override
    public void read(Observation.Context context, AiCall call) {
        for (KeyValue keyValue : context.getLowCardinalityKeyValues()) {
            add(call, keyValue.getKey(), keyValue.getValue());
        }
        Long input = number(context, GenAi.INPUT_TOKENS);
        Long output = number(context, GenAi.OUTPUT_TOKENS);
        if (input != null || output != null) {
            call.usage(new TokenUsage(
                    input,
                    output,
                    number(context, GenAi.CACHE_READ_TOKENS),
                    number(context, GenAi.CACHE_CREATION_TOKENS),
                    number(context, GenAi.REASONING_TOKENS)));
        }
    }

    private static void add(AiCall call, String key, String value) {
        switch (key) {
            case "gen_ai.system", GenAi.PROVIDER_NAME -> call.attribute(GenAi.PROVIDER_NAME, GenAi.provider(value));
            case GenAi.OPERATION_NAME -> call.attribute(key, GenAi.operation(value));
            // The class name of an error, told already in full.
            case "error", GenAi.ERROR_TYPE -> {}
            default -> call.attribute(key, value);
        }
    }

    private static @Nullable Long number(Observation.Context context, String key) {
        KeyValue keyValue = context.getHighCardinalityKeyValue(key);
        if (keyValue == null) {
            return null;
        }
        try {
            return Long.valueOf(keyValue.getValue());
        } catch (NumberFormatException ex) {
            return null;
        }
    }
}
