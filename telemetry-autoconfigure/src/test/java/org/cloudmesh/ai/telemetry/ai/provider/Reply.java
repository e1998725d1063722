package org.cloudmesh.ai.telemetry.ai.provider;

import java.util.List;

/**
 * What a model answers, whatever the wire format.
 *
 * @param texts the text, in the chunks in which it is streamed
 * @param thought what it thought first, or null
 * @param tool name of the tool that it asks for, or null
 * @param arguments of that tool, a JSON object
 * @param tokens what the call used; null when the server does not say
 * @param choices how many answers
 * @param ending how it ends
 * @param usageInDelta whether Anthropic's last event repeats the input and cache figures
 */
public record Reply(
        List<String> texts,
        String thought,
        String tool,
        String arguments,
        Tokens tokens,
        int choices,
        Ending ending,
        boolean usageInDelta) {

    /** How a reply ends. */
    public enum Ending {
        /** With a finish reason, as it should. */
        FINISHED,
        /** As the token limit was reached. */
        LENGTH,
        /** As a filter stopped it. */
        FILTERED,
        /** The connection breaks before the end. */
        CUT,
        /** The stream ends cleanly, without a finish reason or usage. */
        EARLY,
        /** After the first chunk nothing more comes until the stand-in is reset. */
        STALLED
    }

    /** Returns a reply of these chunks of text. */
    public static Reply text(String... texts) {
        return new Reply(List.of(texts), null, null, "{}", Tokens.of(11, 7), 1, Ending.FINISHED, true);
    }

    /** Returns a reply that asks for a tool. */
    public static Reply tool(String tool, String arguments) {
        return new Reply(List.of(), null, tool, arguments, Tokens.of(11, 7), 1, Ending.FINISHED, true);
    }

    /** Returns the same with this usage; null for none. */
    public Reply tokens(Tokens tokens) {
        return new Reply(
                this.texts,
                this.thought,
                this.tool,
                this.arguments,
                tokens,
                this.choices,
                this.ending,
                this.usageInDelta);
    }

    /** Returns the same after this thought. */
    public Reply thought(String thought) {
        return new Reply(
                this.texts,
                thought,
                this.tool,
                this.arguments,
                this.tokens,
                this.choices,
                this.ending,
                this.usageInDelta);
    }

    /** Returns as many of the same. */
    public Reply choices(int choices) {
        return new Reply(
                this.texts,
                this.thought,
                this.tool,
                this.arguments,
                this.tokens,
                choices,
                this.ending,
                this.usageInDelta);
    }

    /** Returns the same with another end. */
    public Reply ending(Ending ending) {
        return new Reply(
                this.texts,
                this.thought,
                this.tool,
                this.arguments,
                this.tokens,
                this.choices,
                ending,
                this.usageInDelta);
    }

    /** Returns the same where Anthropic's last event has the output tokens alone. */
    public Reply outputAloneInDelta() {
        return new Reply(
                this.texts, this.thought, this.tool, this.arguments, this.tokens, this.choices, this.ending, false);
    }

    /** Returns the same text in one piece. */
    String joined() {
        return String.join("", this.texts);
    }

    boolean finished() {
        return this.ending == Ending.FINISHED || this.ending == Ending.LENGTH || this.ending == Ending.FILTERED;
    }
}
