package org.cloudmesh.ai.telemetry.ai;

import java.util.Locale;
import java.util.Set;
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

    /** Names what cannot be known of a call: {@code cached}, {@code price}, {@code usage}, with commas between them. */
    static final String UNAVAILABLE = "gen_ai.usage.unavailable";

    static final String UNAVAILABLE_PRICE = "price";

    static final String AGENT_EVENT = "gen_ai.invoke_agent";

    static final String TOOL_EVENT = "gen_ai.execute_tool";

    static final String RETRIEVAL_EVENT = "gen_ai.retrieval";

    static final String MCP_EVENT = "mcp.client.operation";

    static final String RETRIEVED_DOCUMENTS = "gen_ai.retrieval.documents";

    static final String MCP_METHOD = "mcp.method.name";

    static final String AGENT_NAME = "gen_ai.agent.name";

    static final String AGENT_ID = "gen_ai.agent.id";

    static final String FUNCTION_NAME = "code.function.name";

    static final String OPERATION_NAME = "gen_ai.operation.name";

    static final String PROVIDER_NAME = "gen_ai.provider.name";

    static final String REQUEST_MODEL = "gen_ai.request.model";

    static final String RESPONSE_MODEL = "gen_ai.response.model";

    static final String FINISH_REASONS = "gen_ai.response.finish_reasons";

    static final String TOOL_NAME = "gen_ai.tool.name";

    static final String CONVERSATION_ID = "gen_ai.conversation.id";

    static final String RESPONSE_ID = "gen_ai.response.id";

    static final String REQUEST_TEMPERATURE = "gen_ai.request.temperature";

    static final String REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens";

    static final String REQUEST_TOP_P = "gen_ai.request.top_p";

    static final String REQUEST_STREAM = "gen_ai.request.stream";

    static final String TOOL_CALL_ID = "gen_ai.tool.call.id";

    static final String SERVER_ADDRESS = "server.address";

    static final String HTTP_STATUS = "http.response.status_code";

    static final String TRACE_ID = "trace_id";

    static final String SPAN_ID = "span_id";

    static final String PARENT_SPAN_ID = "parent_span_id";

    static final String CONTENT_FILTER = "content_filter";

    /** Finish reasons by which providers say that a filter has held the answer back. */
    private static final Set<String> FILTERED = Set.of(
            CONTENT_FILTER,
            "content_filtered",
            "safety",
            "image_safety",
            "refusal",
            "recitation",
            "blocklist",
            "prohibited_content",
            "spii",
            "guardrail_intervened");

    static final String ABANDONED = "abandoned";

    static final String ERROR_TYPE = "error.type";

    static final String INCOMPLETE = "incomplete";

    static final String INPUT_MESSAGES = "gen_ai.input.messages";

    static final String OUTPUT_MESSAGES = "gen_ai.output.messages";

    static final String TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";

    static final String TOOL_RESULT = "gen_ai.tool.call.result";

    static final String QUERY_TEXT = "db.query.text";

    static final String CHAT = "chat";

    static final String EMBEDDINGS = "embeddings";

    static final String MODERATION = "moderation";

    static final String RETRIEVAL = "retrieval";

    static final String INVOKE_AGENT = "invoke_agent";

    static final String EXECUTE_TOOL = "execute_tool";

    private GenAi() {}

    static String operation(String operation) {
        return operation.equals("embedding") ? EMBEDDINGS : operation;
    }

    /** Returns whether a finish reason, in lower case, says that the answer was held back. */
    static boolean filtered(String finishReason) {
        return FILTERED.contains(finishReason);
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

    /** Returns the model's name once where a client has joined it to itself, chunk by chunk. */
    static @Nullable String model(@Nullable String name) {
        if (name == null) {
            return null;
        }
        int length = name.length();
        for (int unit = 3; unit <= length / 2; unit++) {
            if (length % unit == 0 && name.substring(0, length - unit).equals(name.substring(unit))) {
                return name.substring(0, unit);
            }
        }
        return name;
    }

    /** Returns what price lists that are shared between providers put before a model's name; null for nothing. */
    static @Nullable String pricePrefix(String provider) {
        return switch (provider) {
            case "gcp.gemini", "gcp.gen_ai" -> "gemini";
            case "gcp.vertex_ai" -> "vertex_ai";
            case "azure.ai.openai", "azure.ai.inference" -> "azure";
            case "aws.bedrock" -> "bedrock";
            case "mistral_ai" -> "mistral";
            case "x_ai" -> "xai";
            default -> provider;
        };
    }
}
