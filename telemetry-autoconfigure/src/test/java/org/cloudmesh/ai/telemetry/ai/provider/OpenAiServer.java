package org.cloudmesh.ai.telemetry.ai.provider;

import java.util.ArrayList;
import java.util.List;

/** Speaks OpenAI's chat completions and embeddings. */
public final class OpenAiServer extends ProviderServer {

    /** The model that answers. */
    public static final String MODEL = "gpt-test-2026-01-01";

    @Override
    public String url() {
        return super.url() + "/v1";
    }

    @Override
    protected String error(int status) {
        return "{\"error\":{\"message\":\"" + ERROR_SECRET
                + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"c" + status + "\"}}";
    }

    @Override
    protected String embedding(long tokens) {
        return "{\"object\":\"list\",\"model\":\"embed-test-answered\",\"data\":[{\"object\":\"embedding\",\"index\":0,"
                + "\"embedding\":[0.5,0.25]}]"
                + (tokens < 0 ? "" : ",\"usage\":{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens + "}")
                + "}";
    }

    @Override
    protected boolean streamed(Request request) {
        return request.body().replace(" ", "").contains("\"stream\":true");
    }

    @Override
    protected String document(Reply reply, String id) {
        StringBuilder choices = new StringBuilder();
        for (int i = 0; i < reply.choices(); i++) {
            choices.append(i == 0 ? "" : ",")
                    .append("{\"index\":")
                    .append(i)
                    .append(",\"message\":{\"role\":\"assistant\",\"refusal\":null,\"content\":")
                    .append(reply.tool() == null ? quote(reply.joined()) : "null")
                    .append(reply.thought() == null ? "" : ",\"reasoning_content\":" + quote(reply.thought()))
                    .append(reply.tool() == null ? "" : ",\"tool_calls\":[" + tool(reply, reply.arguments(), "") + "]")
                    .append("},\"logprobs\":null,\"finish_reason\":")
                    .append(finish(reply))
                    .append('}');
        }
        return "{\"id\":\"" + id + "\",\"object\":\"chat.completion\",\"created\":1764000000,\"model\":\"" + MODEL
                + "\",\"choices\":[" + choices + "]"
                + (reply.tokens() == null ? "" : ",\"usage\":" + usage(reply.tokens())) + "}";
    }

    @Override
    protected List<String> pieces(Reply reply, String id) {
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i < reply.choices(); i++) {
            pieces.add(chunk(id, i, "{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        }
        if (reply.thought() != null) {
            pieces.add(chunk(id, 0, "{\"reasoning_content\":" + quote(reply.thought()) + "}", "null"));
        }
        for (String text : reply.texts()) {
            for (int i = 0; i < reply.choices(); i++) {
                pieces.add(chunk(id, i, "{\"content\":" + quote(text) + "}", "null"));
            }
        }
        if (reply.tool() != null) {
            pieces.add(chunk(id, 0, "{\"tool_calls\":[" + tool(reply, "", "\"index\":0,") + "]}", "null"));
            pieces.add(chunk(
                    id,
                    0,
                    "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":" + quote(reply.arguments()) + "}}]}",
                    "null"));
        }
        if (reply.finished()) {
            for (int i = 0; i < reply.choices(); i++) {
                pieces.add(chunk(id, i, "{}", finish(reply)));
            }
            if (reply.tokens() != null) {
                pieces.add("data: {\"id\":\"" + id
                        + "\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,\"model\":\"" + MODEL
                        + "\",\"choices\":[],\"usage\":" + usage(reply.tokens()) + "}\n\n");
            }
            pieces.add("data: [DONE]\n\n");
        }
        return pieces;
    }

    private static String chunk(String id, int choice, String delta, String finish) {
        return "data: {\"id\":\"" + id + "\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,\"model\":\""
                + MODEL + "\",\"choices\":[{\"index\":" + choice + ",\"delta\":" + delta + ",\"finish_reason\":"
                + finish
                + "}]}\n\n";
    }

    private static String tool(Reply reply, String arguments, String index) {
        return "{" + index + "\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"" + reply.tool()
                + "\",\"arguments\":" + quote(arguments) + "}}";
    }

    private static String finish(Reply reply) {
        return switch (reply.ending()) {
            case LENGTH -> "\"length\"";
            case FILTERED -> "\"content_filter\"";
            default -> reply.tool() == null ? "\"stop\"" : "\"tool_calls\"";
        };
    }

    private static String usage(Tokens tokens) {
        return "{\"prompt_tokens\":" + tokens.input() + ",\"completion_tokens\":" + tokens.output()
                + ",\"total_tokens\":" + (tokens.input() + tokens.output())
                + (tokens.cacheRead() < 0 ? "" : details(tokens)) + "}";
    }

    private static String details(Tokens tokens) {
        return ",\"prompt_tokens_details\":{\"cached_tokens\":" + tokens.cacheRead() + ",\"audio_tokens\":0}"
                + ",\"completion_tokens_details\":{\"reasoning_tokens\":" + tokens.reasoning()
                + ",\"audio_tokens\":0}";
    }
}
