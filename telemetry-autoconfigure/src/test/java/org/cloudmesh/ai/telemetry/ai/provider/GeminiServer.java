package org.cloudmesh.ai.telemetry.ai.provider;

import java.util.ArrayList;
import java.util.List;

/** Speaks Gemini's generateContent: thoughts stand beside the candidates' tokens, tool use beside the prompt's. */
public final class GeminiServer extends ProviderServer {

    /** The model that answers. */
    public static final String MODEL = "gemini-test-001";

    @Override
    protected String error(int status) {
        return "{\"error\":{\"code\":" + status + ",\"message\":\"" + ERROR_SECRET + "\",\"status\":\"S" + status
                + "\"}}";
    }

    @Override
    protected String embedding(long tokens) {
        return "{\"embedding\":{\"values\":[0.5,0.25]},\"embeddings\":[{\"values\":[0.5,0.25]}]}";
    }

    @Override
    protected boolean streamed(Request request) {
        return request.path().contains(":streamGenerateContent");
    }

    @Override
    protected String document(Reply reply, String id) {
        return response(id, candidates(reply, reply.joined(), finish(reply)), reply.tokens());
    }

    @Override
    protected List<String> pieces(Reply reply, String id) {
        List<String> pieces = new ArrayList<>();
        if (reply.thought() != null) {
            pieces.add(data(response(
                    id, candidate(0, "{\"text\":" + quote(reply.thought()) + ",\"thought\":true}", null), null)));
        }
        for (String text : reply.texts()) {
            pieces.add(data(response(id, candidates(reply.thought(null), text, null), null)));
        }
        if (reply.texts().isEmpty() && !reply.finished()) {
            pieces.add(data(response(id, candidates(reply, "", null), null)));
        }
        if (reply.finished()) {
            pieces.add(data(response(id, candidates(reply.thought(null), "", finish(reply)), reply.tokens())));
        }
        return pieces;
    }

    private static String data(String json) {
        return "data: " + json + "\r\n\r\n";
    }

    private static String response(String id, String candidates, Tokens tokens) {
        return "{\"candidates\":[" + candidates + "]"
                + (tokens == null ? "" : ",\"usageMetadata\":" + usage(tokens)) + ",\"modelVersion\":\"" + MODEL
                + "\",\"responseId\":\"" + id + "\"}";
    }

    private static String candidates(Reply reply, String text, String finish) {
        List<String> candidates = new ArrayList<>();
        for (int i = 0; i < reply.choices(); i++) {
            String thought =
                    reply.thought() == null ? "" : "{\"text\":" + quote(reply.thought()) + ",\"thought\":true},";
            String part = reply.tool() == null || (finish == null)
                    ? "{\"text\":" + quote(text) + "}"
                    : "{\"functionCall\":{\"name\":\"" + reply.tool() + "\",\"args\":" + reply.arguments() + "}}";
            candidates.add(candidate(i, thought + part, finish));
        }
        return String.join(",", candidates);
    }

    private static String candidate(int index, String parts, String finish) {
        return "{\"content\":{\"parts\":[" + parts + "],\"role\":\"model\"}"
                + (finish == null ? "" : ",\"finishReason\":\"" + finish + "\"") + ",\"index\":" + index + "}";
    }

    private static String finish(Reply reply) {
        return switch (reply.ending()) {
            case LENGTH -> "MAX_TOKENS";
            case FILTERED -> "SAFETY";
            default -> "STOP";
        };
    }

    private static String usage(Tokens tokens) {
        return "{\"promptTokenCount\":" + (tokens.input() - tokens.toolUse()) + ",\"candidatesTokenCount\":"
                + (tokens.output() - tokens.reasoning()) + ",\"totalTokenCount\":"
                + (tokens.input() + tokens.output())
                + (tokens.reasoning() == 0 ? "" : ",\"thoughtsTokenCount\":" + tokens.reasoning())
                + (tokens.cacheRead() == 0 ? "" : ",\"cachedContentTokenCount\":" + tokens.cacheRead())
                + (tokens.toolUse() == 0 ? "" : ",\"toolUsePromptTokenCount\":" + tokens.toolUse()) + "}";
    }
}
