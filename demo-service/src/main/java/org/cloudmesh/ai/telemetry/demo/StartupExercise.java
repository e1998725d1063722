package org.cloudmesh.ai.telemetry.demo;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.task.TaskExecutor;
import org.springframework.stereotype.Component;

/**
 * Searches for real, once the server is up, so that there is telemetry to look at. Some of the input is bad on purpose.
 * Off with {@code demo.exercise=false}.
 */
@Component
@ConditionalOnBooleanProperty(name = "demo.exercise", matchIfMissing = true)
class StartupExercise implements ApplicationRunner {

    private static final Logger logger = LoggerFactory.getLogger(StartupExercise.class);

    private static final List<String> QUERIES = List.of(
            "freedom of the press",
            "Who may declare war?",
            "protection against searches without a warrant",
            "cruel and unusual punishment",
            "women's right to vote",
            "the abolition of slavery",
            "income tax",
            "Can the president pardon a crime?",
            "copyright and patents",
            "how old must a senator be",
            "equal protection of the laws",
            "What is treason?",
            "prohibition of alcohol",
            "taxation without consent",
            "all people are born equal",
            "a tyrant who harms his people",
            "government by the people",
            "forgiveness after a civil war",
            "soldiers who died in battle",
            "wanting what you cannot have and then despising it",
            "a small creature helps a mighty one",
            "crying for help when there is no danger",
            "greed loses what one already has",
            "working in summer for the winter",
            "dressed up to look fierce",
            "stand together or be defeated one by one",
            "a clever way to get at the water",
            "love that never changes",
            "a poem about summer and lasting beauty",
            "growing old, seen as late autumn",
            "missing somebody who is far away",
            "sleepless after a day of work",
            "pride leads to ruin",
            "laziness ends in poverty",
            "answer anger with gentle words",
            "the value of good friends",
            "a season for everything",
            "nothing is ever new",
            "do not worry about tomorrow",
            "be kind to your enemies",
            "raising children well",
            "turning weapons into farm tools",
            "money does not make happy");

    private static final List<String> LIMITS = List.of("5", "1", "10", "3", "25", "50");

    private final SemanticSearch search;

    private final Passages passages;

    private final TaskExecutor executor;

    StartupExercise(
            SemanticSearch search, Passages passages, @Qualifier("applicationTaskExecutor") TaskExecutor executor) {
        this.search = search;
        this.passages = passages;
        this.executor = executor;
    }

    @Override
    public void run(ApplicationArguments args) {
        this.executor.execute(this::exercise);
    }

    private void exercise() {
        int refused = 0;
        for (int i = 0; i < QUERIES.size(); i++) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            this.search.search(QUERIES.get(i), LIMITS.get(i % LIMITS.size()));
        }
        refused += refused(() -> this.search.search("", "5"));
        refused += refused(() -> this.search.search("justice", "0"));
        refused += refused(() -> this.search.search("justice", "many"));
        refused += refused(() -> this.search.search("justice ".repeat(SemanticSearch.MAX_QUERY), "5"));
        refused += refused(() -> this.passages.add(" ", "A passage without a title."));
        logger.info("Start-up exercise: {} searches done, {} bad inputs refused", QUERIES.size(), refused);
    }

    private static int refused(Runnable badInput) {
        try {
            badInput.run();
            return 0;
        } catch (BadInputException ex) {
            return 1;
        }
    }
}
