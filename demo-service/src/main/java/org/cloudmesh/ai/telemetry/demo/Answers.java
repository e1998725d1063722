package org.cloudmesh.ai.telemetry.demo;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import java.util.List;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Service;

/**
 * Answers questions out of the passages: finds the nearest ones and, where there is a chat model, has it answer from
 * them.
 */
@Service
class Answers {

    private static final String SOURCES = "3";

    private static final SystemMessage INSTRUCTION = SystemMessage.from(
            "Answer the question from the passages alone, in at most three sentences. Say so when they hold no answer.");

    private final SemanticSearch search;

    private final @Nullable ChatModel model;

    private final Telemetry telemetry;

    Answers(SemanticSearch search, ObjectProvider<ChatModel> model, Telemetry telemetry) {
        this.search = search;
        this.model = model.getIfAvailable();
        this.telemetry = telemetry;
    }

    /**
     * Answers a question.
     *
     * @param question 1 to {@value SemanticSearch#MAX_QUERY} characters
     * @throws BadInputException when the question is not as it should be
     */
    Answer answer(@Nullable String question) {
        return this.telemetry.track("answer", () -> {
            Passages.Nearest nearest = this.search.search(question, SOURCES);
            return new Answer(this.model == null ? null : ask(this.model, question, nearest), nearest.best());
        });
    }

    private static String ask(ChatModel model, @Nullable String question, Passages.Nearest nearest) {
        String passages = nearest.best().stream()
                .map(scored ->
                        scored.passage().title() + ": " + scored.passage().text())
                .collect(Collectors.joining("\n\n"));
        return model.chat(INSTRUCTION, UserMessage.from(passages + "\n\nQuestion: " + question))
                .aiMessage()
                .text();
    }

    /**
     * An answer.
     *
     * @param text what the chat model says; null without one
     * @param sources the passages that it is made from, the nearest first
     */
    record Answer(@Nullable String text, List<Passages.Scored> sources) {}
}
