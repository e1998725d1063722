package org.cloudmesh.ai.telemetry.ai.provider;

import java.util.ArrayList;
import java.util.List;

/** Speaks Ollama's chat and embed: one JSON object a line, no cached and no reasoning tokens. */
public final class OllamaServer extends ProviderServer {

    /** The model that answers. */
    public static final String MODEL = "llama3.2";

    @Override
    protected String error(int status) {
        return "{\"error\":\"" + ERROR_SECRET + "\"}";
    }

    @Override
    protected String embedding(long tokens) {
        return "{\"model\":\"" + MODEL + "\",\"embeddings\":[[0.5,0.25]],\"total_duration\":1,\"load_duration\":1"
                + (tokens < 0 ? "" : ",\"prompt_eval_count\":" + tokens) + "}";
    }

    @Override
    protected boolean streamed(Request request) {
        return !request.body().replace(" ", "").contains("\"stream\":false");
    }

    @Override
    protected String streamType() {
        return "application/x-ndjson";
    }

    @Override
    protected String document(Reply reply, String id) {
        return line(reply, reply.joined(), reply.thought(), true);
    }

    @Override
    protected List<String> pieces(Reply reply, String id) {
        List<String> pieces = new ArrayList<>();
        if (reply.thought() != null) {
            pieces.add(line(reply.tokens(null), "", reply.thought(), false) + "\n");
        }
        for (String text : reply.texts()) {
            pieces.add(line(reply, text, null, false) + "\n");
        }
        if (reply.tool() != null) {
            pieces.add(line(reply, "", null, false) + "\n");
        }
        if (reply.finished()) {
            pieces.add(line(
                            new Reply(List.of(), null, null, "{}", reply.tokens(), 1, reply.ending(), true),
                            "",
                            null,
                            true)
                    + "\n");
        }
        return pieces;
    }

    private static String line(Reply reply, String text, String thought, boolean done) {
        String tools = reply.tool() == null
                ? ""
                : ",\"tool_calls\":[{\"function\":{\"name\":\"" + reply.tool() + "\",\"arguments\":" + reply.arguments()
                        + "}}]";
        String end = !done
                ? ",\"done\":false"
                : ",\"done\":true,\"done_reason\":\"" + (reply.ending() == Reply.Ending.LENGTH ? "length" : "stop")
                        + "\",\"total_duration\":4000,\"load_duration\":1000,\"prompt_eval_duration\":1000,"
                        + "\"eval_duration\":2000" + counts(reply.tokens());
        return "{\"model\":\"" + MODEL
                + "\",\"created_at\":\"2026-11-24T22:20:00.123456Z\",\"message\":{\"role\":\"assistant\",\"content\":"
                + quote(text) + (thought == null ? "" : ",\"thinking\":" + quote(thought)) + tools + "}" + end + "}";
    }

    /** Returns the counts; a prompt that is still warm has none. */
    private static String counts(Tokens tokens) {
        if (tokens == null) {
            return "";
        }
        return (tokens.input() == 0 ? "" : ",\"prompt_eval_count\":" + tokens.input()) + ",\"eval_count\":"
                + tokens.output();
    }
}
