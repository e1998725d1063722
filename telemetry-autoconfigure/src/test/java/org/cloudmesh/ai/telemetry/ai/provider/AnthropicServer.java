package org.cloudmesh.ai.telemetry.ai.provider;

import java.util.ArrayList;
import java.util.List;

/** Speaks Anthropic's messages: input tokens stand without cached ones, streams tell their input first. */
public final class AnthropicServer extends ProviderServer {

    /** The model that answers. */
    public static final String MODEL = "claude-test-20260101";

    @Override
    protected String error(int status) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"e" + status + "\",\"message\":\"" + ERROR_SECRET
                + "\"},\"request_id\":\"req_1\"}";
    }

    @Override
    protected String embedding(long tokens) {
        throw new UnsupportedOperationException("Anthropic has no embeddings");
    }

    @Override
    protected boolean streamed(Request request) {
        return request.body().replace(" ", "").contains("\"stream\":true");
    }

    @Override
    protected String document(Reply reply, String id) {
        StringBuilder content = new StringBuilder();
        if (reply.thought() != null) {
            content.append("{\"type\":\"thinking\",\"thinking\":")
                    .append(quote(reply.thought()))
                    .append(",\"signature\":\"c2ln\"},");
        }
        if (reply.tool() == null) {
            content.append("{\"type\":\"text\",\"text\":")
                    .append(quote(reply.joined()))
                    .append('}');
        } else {
            content.append("{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"")
                    .append(reply.tool())
                    .append("\",\"input\":")
                    .append(reply.arguments())
                    .append('}');
        }
        return message(id, content.toString(), quote(finish(reply)), usage(reply.tokens()));
    }

    @Override
    protected List<String> pieces(Reply reply, String id) {
        List<String> pieces = new ArrayList<>();
        Tokens start = reply.tokens() == null
                ? null
                : new Tokens(
                        reply.tokens().input(),
                        1,
                        reply.tokens().cacheRead(),
                        reply.tokens().cacheCreation(),
                        0,
                        0);
        pieces.add(event("message_start", "\"message\":" + message(id, "", "null", usage(start))));
        int block = 0;
        if (reply.thought() != null) {
            pieces.add(start(block, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"));
            pieces.add(delta(block, "{\"type\":\"thinking_delta\",\"thinking\":" + quote(reply.thought()) + "}"));
            pieces.add(delta(block, "{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"));
            pieces.add(stop(block++));
        }
        pieces.add(event("ping", ""));
        if (reply.tool() == null) {
            pieces.add(start(block, "{\"type\":\"text\",\"text\":\"\"}"));
            for (String text : reply.texts()) {
                pieces.add(delta(block, "{\"type\":\"text_delta\",\"text\":" + quote(text) + "}"));
            }
        } else {
            pieces.add(start(
                    block,
                    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"" + reply.tool() + "\",\"input\":{}}"));
            pieces.add(
                    delta(block, "{\"type\":\"input_json_delta\",\"partial_json\":" + quote(reply.arguments()) + "}"));
        }
        if (reply.finished()) {
            pieces.add(stop(block));
            String usage = reply.tokens() == null || reply.usageInDelta()
                    ? usage(reply.tokens())
                    : "{\"output_tokens\":" + reply.tokens().output() + "}";
            pieces.add(event(
                    "message_delta",
                    "\"delta\":{\"stop_reason\":" + quote(finish(reply)) + ",\"stop_sequence\":null},\"usage\":"
                            + usage));
            pieces.add(event("message_stop", ""));
        }
        return pieces;
    }

    private static String message(String id, String content, String finish, String usage) {
        return "{\"id\":\"" + id + "\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"" + MODEL
                + "\",\"content\":[" + content + "],\"stop_reason\":" + finish
                + ",\"stop_sequence\":null,\"usage\":" + usage + "}";
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (members.isEmpty() ? "" : "," + members)
                + "}\n\n";
    }

    private static String start(int block, String content) {
        return event("content_block_start", "\"index\":" + block + ",\"content_block\":" + content);
    }

    private static String delta(int block, String delta) {
        return event("content_block_delta", "\"index\":" + block + ",\"delta\":" + delta);
    }

    private static String stop(int block) {
        return event("content_block_stop", "\"index\":" + block);
    }

    private static String finish(Reply reply) {
        return switch (reply.ending()) {
            case LENGTH -> "max_tokens";
            case FILTERED -> "refusal";
            default -> reply.tool() == null ? "end_turn" : "tool_use";
        };
    }

    private static String usage(Tokens tokens) {
        if (tokens == null) {
            return "{\"input_tokens\":0,\"output_tokens\":0}";
        }
        return "{\"input_tokens\":" + (tokens.input() - tokens.cacheRead() - tokens.cacheCreation())
                + ",\"cache_creation_input_tokens\":" + tokens.cacheCreation() + ",\"cache_read_input_tokens\":"
                + tokens.cacheRead() + ",\"output_tokens\":" + tokens.output() + "}";
    }
}
