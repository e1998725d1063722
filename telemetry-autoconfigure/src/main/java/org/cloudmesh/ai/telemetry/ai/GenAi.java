package org.cloudmesh.ai.telemetry.ai;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** OpenTelemetry's names for AI calls, and the translation of the libraries' own words into them. */
final class GenAi {

    static final String OPERATION_EVENT = "gen_ai.client.operation";

    static final String DURATION = "gen_ai.client.operation.duration";

    static final String TIME_TO_FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk";

    static final String TIME_PER_OUTPUT_CHUNK = "gen_ai.client.operation.time_per_output_chunk";

    static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";

    static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";

    static final String CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens";

    static final String CACHE_CREATION_TOKENS = "gen_ai.usage.cache_creation.input_tokens";

    static final String REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";

    static final String COST = "gen_ai.usage.cost";

    static final String COST_CURRENCY = "gen_ai.usage.cost.currency";

    static final String OPERATION_NAME = "gen_ai.operation.name";

    static final String PROVIDER_NAME = "gen_ai.provider.name";

    static final String REQUEST_MODEL = "gen_ai.request.model";

    static final String RESPONSE_MODEL = "gen_ai.response.model";

    static final String FINISH_REASONS = "gen_ai.response.finish_reasons";

    static final String TOOL_NAME = "gen_ai.tool.name";

    static final String CONVERSATION_ID = "gen_ai.conversation.id";

    static final String ERROR_TYPE = "error.type";

    static final String INCOMPLETE = "incomplete";

    static final String INPUT_MESSAGES = "gen_ai.input.messages";

    static final String OUTPUT_MESSAGES = "gen_ai.output.messages";

    static final String TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";

    static final String TOOL_RESULT = "gen_ai.tool.call.result";

    static final String QUERY_TEXT = "db.query.text";

    static final String CHAT = "chat";

    static final String EMBEDDINGS = "embeddings";

    private GenAi() {}

    static String operation(String operation) {
        return operation.equals("embedding") ? EMBEDDINGS : operation;
    }

    static @Nullable String provider(@Nullable String provider) {
        if (provider == null || provider.isBlank()) {
            return null;
        }
        String name = provider.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "open_ai" -> "openai";
            case "amazon_bedrock", "bedrock", "bedrock_converse" -> "aws.bedrock";
            case "azure_open_ai", "azure-openai" -> "azure.ai.openai";
            case "microsoft_foundry" -> "azure.ai.inference";
            case "google_ai_gemini", "google_genai", "google_genai_ai" -> "gcp.gemini";
            case "vertex_ai", "google_vertex_ai_gemini", "google_vertex_ai_anthropic" -> "gcp.vertex_ai";
            case "watsonx" -> "ibm.watsonx.ai";
            case "other" -> null;
            default -> name;
        };
    }
}
