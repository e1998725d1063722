package org.cloudmesh.ai.telemetry.demo;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracking;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/**
 * The passages in the database and their vectors in memory. The first start embeds the shipped texts, later ones read
 * what is stored. Thread-safe.
 */
@Component
class Passages implements InitializingBean {

    static final String POSTED = "posted";

    static final int MAX_TITLE = 200;

    /** About as much as the model reads: it looks at 510 word pieces at a time. */
    static final int MAX_TEXT = 2000;

    private final PassageRepository repository;

    private final ShippedTexts shipped;

    private final Embedder embedder;

    private final Telemetry telemetry;

    private final List<Indexed> index = new CopyOnWriteArrayList<>();

    Passages(PassageRepository repository, ShippedTexts shipped, Embedder embedder, Telemetry telemetry) {
        this.repository = repository;
        this.shipped = shipped;
        this.embedder = embedder;
        this.telemetry = telemetry;
    }

    /** Fills the index before the server takes requests, so that no search sees half of it. */
    @Override
    public void afterPropertiesSet() {
        try (Tracking tracking = this.telemetry.track("passages_load")) {
            try {
                List<Passage> stored = this.repository.findAll();
                tracking.metric("stored", stored.size());
                if (stored.isEmpty()) {
                    stored = this.repository.saveAll(this.shipped.read().stream()
                            .map(text -> embedded(text.source(), text.title(), text.text()))
                            .toList());
                    tracking.metric("embedded", stored.size());
                }
                this.index.addAll(stored.stream().map(Indexed::of).toList());
                tracking.metric("passages", this.index.size()).complete();
            } catch (RuntimeException ex) {
                tracking.fail(ex);
                throw ex;
            }
        }
    }

    /**
     * Embeds and stores a passage.
     *
     * @throws BadInputException when title or text is missing, blank or too long
     */
    Passage add(@Nullable String title, @Nullable String text) {
        try (Tracking tracking = this.telemetry.track("passage_add").attribute("model", Embedder.MODEL)) {
            try {
                Passage passage = this.repository.save(
                        embedded(POSTED, checked("title", title, MAX_TITLE), checked("text", text, MAX_TEXT)));
                this.index.add(Indexed.of(passage));
                tracking.metric("characters", passage.text().length()).complete();
                return passage;
            } catch (RuntimeException ex) {
                tracking.fail(ex);
                throw ex;
            }
        }
    }

    /** Compares the vector with every passage and returns the nearest, best first. */
    Nearest nearest(float[] vector, int k, Ranking ranking) {
        List<Indexed> compared = List.copyOf(this.index);
        ToDoubleFunction<float[]> cosine =
                ranking.to(vector, compared.stream().map(Indexed::vector).toList());
        List<Scored> scored = compared.stream()
                .map(indexed -> new Scored(indexed.passage(), cosine.applyAsDouble(indexed.vector())))
                .toList();
        List<Scored> best = scored.stream()
                .sorted(Comparator.comparingDouble(Scored::score).reversed())
                .limit(k)
                .toList();
        return new Nearest(
                scored.size(),
                best,
                Relevance.of(scored.stream().mapToDouble(Scored::score).toArray()));
    }

    private Passage embedded(String source, String title, String text) {
        return new Passage(null, source, title, text, Vectors.toBytes(this.embedder.embed(text, "passage")));
    }

    private static String checked(String name, @Nullable String value, int max) {
        if (value == null || value.isBlank()) {
            throw new BadInputException(
                    name + " is missing or blank: a text of 1 to " + max + " characters is accepted");
        }
        if (value.length() > max) {
            throw new BadInputException(name + " has " + value.length() + " characters: 1 to " + max + " are accepted");
        }
        return value;
    }

    record Scored(Passage passage, double score) {}

    record Nearest(int scanned, List<Scored> best, Relevance relevance) {}

    private record Indexed(Passage passage, float[] vector) {

        static Indexed of(Passage passage) {
            return new Indexed(passage, Vectors.fromBytes(passage.embedding()));
        }
    }
}
