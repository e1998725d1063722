package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/** The whole service over HTTP, with the real model. One context serves all tests. */
@DirtiesContext
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.exercise=false")
class DemoApplicationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    static Path files;

    @LocalServerPort
    private int port;

    @Autowired
    private Telemetry telemetry;

    private DemoClient client;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @BeforeEach
    void connect() {
        this.client = new DemoClient(this.port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            freedom of the press                              | First Amendment
            how old must a senator be                         | Article I, Section 3, Clause 3
            women's right to vote                             | Nineteenth Amendment
            taxation without consent                          | Grievance: taxes
            a bird drops stones into a jar to reach the water | The Crow and the Pitcher
            nations end war and beat swords into ploughs      | Isaiah 2:4
            answer anger with gentle words                    | Proverbs 15:1
            a poem that compares somebody to a day in summer  | Sonnet 18, lines 1-8
            """)
    void findsThePassageThatAnswersTheQuery(String query, String title) throws Exception {
        JsonNode answer = this.client.search(query, 3);

        assertThat(answer.at("/results/0/passage/title").asString()).isEqualTo(title);
        assertThat(answer.at("/scanned").asInt()).isGreaterThanOrEqualTo(200);
        List<Double> scores = answer.at("/results")
                .valueStream()
                .map(result -> result.at("/score").asDouble())
                .toList();
        assertThat(scores)
                .hasSize(3)
                .isSortedAccordingTo((a, b) -> Double.compare(b, a))
                .allMatch(score -> score > 0.2 && score <= 1);
    }

    @Test
    void findsAPassageThatWasPosted() throws Exception {
        JsonNode added = this.client.add(
                "Photosynthesis", "Green plants turn sunlight, water and carbon dioxide into sugar and oxygen.");

        JsonNode best = this.client.search("how do leaves feed on light", 1).at("/results/0");

        assertThat(best.at("/passage/id")).isEqualTo(added.at("/id"));
        assertThat(DemoClient.ok(this.client.get("/passages/" + added.at("/id")))
                        .at("/text")
                        .asString())
                .startsWith("Green plants");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /search              | q is missing or blank
            /search?q=%20%09     | q is missing or blank
            /search?q=x&k=0      | k is '0': a whole number from 1 to 50
            /search?q=x&k=51     | k is '51'
            /search?q=x&k=many   | k is 'many'
            /search?q=x&k=99999999999 | k is '99999999999'
            """)
    void refusesASearchThatMakesNoSense(String path, String detail) throws Exception {
        assertThat(DemoClient.problem(this.client.get(path)).at("/detail").asString())
                .contains(detail);
    }

    @Test
    void refusesAQueryThatIsTooLong() throws Exception {
        assertThat(this.client.search("x".repeat(1000), 1).at("/results")).hasSize(1);
        assertThat(DemoClient.problem(this.client.get("/search?q=" + "x".repeat(1001)))
                        .at("/detail")
                        .asString())
                .isEqualTo("q has 1001 characters: 1 to 1000 are accepted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "[]", "{}", "{\"title\":\"t\"}", "{\"text\":\"t\"}", "{\"title\":\" \",\"text\":\"t\"}"
            })
    void refusesAPassageThatIsNone(String body) throws Exception {
        DemoClient.problem(this.client.post("/passages", body));

        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        assertThat(this.client
                        .records("passage_add", "failed")
                        .get(0)
                        .at("/attributes/error.type")
                        .asString())
                .endsWith("Exception");
    }

    @Test
    void refusesAPassageThatIsTooLong() throws Exception {
        this.client.add("t".repeat(200), "word ".repeat(400));
        String tooLong = "{\"title\":\"t\",\"text\":\"" + "x".repeat(2001) + "\"}";
        assertThat(DemoClient.problem(this.client.post("/passages", tooLong))
                        .at("/detail")
                        .asString())
                .isEqualTo("text has 2001 characters: 1 to 2000 are accepted");
    }

    @Test
    void recordsWhatASearchReallyTook() throws Exception {
        String query = "what is the punishment of traitors";
        long start = System.nanoTime();
        JsonNode answer = this.client.search(query, 4);
        double wall = (System.nanoTime() - start) / 1e9;

        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        JsonNode search = this.client.records("search", "completed").get(0);
        JsonNode embedding =
                this.client.records("gen_ai.client.operation", "completed").get(0);

        assertThat(search.at("/metrics/latency").asDouble()).isPositive().isLessThanOrEqualTo(wall);
        assertThat(search.at("/metrics/duration_sec").asDouble()).isPositive().isLessThanOrEqualTo(wall);
        assertThat(search.at("/metrics/characters").asInt()).isEqualTo(query.length());
        assertThat(search.at("/metrics/passages_scanned").asInt())
                .isEqualTo(answer.at("/scanned").asInt());
        assertThat(search.at("/metrics/best_score").asDouble())
                .isCloseTo(answer.at("/results/0/score").asDouble(), within(1e-12));
        assertThat(search.at("/attributes/model").asString()).isEqualTo("all-minilm-l6-v2-q");
        assertThat(embedding.at("/metrics/latency").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(search.at("/metrics/latency").asDouble());
        assertThat(embedding.at("/metrics/tokens").asInt())
                .as("six words, no fewer word pieces than that")
                .isBetween(6, 12);
        assertThat(embedding.at("/attributes/purpose").asString()).isEqualTo("query");
        assertThat(embedding.at("/metrics/gen_ai.usage.input_tokens").asInt())
                .isEqualTo(embedding.at("/metrics/tokens").asInt());
        assertThat(embedding.at("/metrics/gen_ai.usage.cost").asDouble(-1)).isZero();
        assertThat(embedding.at("/attributes/gen_ai.request.model").asString()).isEqualTo("all-minilm-l6-v2-q");
        assertThat(embedding.at("/attributes/gen_ai.operation.name").asString()).isEqualTo("embeddings");
    }

    @Test
    void aSearchIsATraceOfEmbeddingRankingAndScore() throws Exception {
        this.client.search("a bird drops stones into a jar to reach the water", 3);

        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        JsonNode search = this.client.records("search", "completed").get(0);
        String trace = search.at("/attributes/trace_id").asString();
        String span = search.at("/attributes/span_id").asString();
        JsonNode embedding =
                this.client.records("gen_ai.client.operation", "completed").get(0);
        JsonNode ranking = this.client.records("ranking", "completed").get(0);
        JsonNode score =
                this.client.records("gen_ai.evaluation.result", "recorded").get(0);
        for (JsonNode part : List.of(embedding, ranking)) {
            assertThat(part.at("/attributes/trace_id").asString()).isEqualTo(trace);
            assertThat(part.at("/attributes/parent_span_id").asString()).isEqualTo(span);
        }
        assertThat(score.at("/attributes/trace_id").asString()).isEqualTo(trace);
        assertThat(score.at("/attributes/gen_ai.evaluation.name").asString()).isEqualTo("relevance");
        assertThat(score.at("/attributes/gen_ai.evaluation.score.label").asString())
                .isEqualTo("relevant");
        assertThat(score.at("/metrics/gen_ai.evaluation.score.value").asDouble())
                .as("standard deviations above the mean")
                .isGreaterThan(3);
    }

    @Test
    void recordsASearchThatWasRefused() throws Exception {
        DemoClient.problem(this.client.get("/search?q=justice&k=77"));

        assertThat(this.telemetry.flush(PATIENCE)).isTrue();
        JsonNode search = this.client.records("search", "failed").get(0);

        assertThat(search.at("/attributes/error.type").asString()).isEqualTo(BadInputException.class.getName());
        assertThat(search.at("/message").asString()).contains("k is '77'");
    }

    @Test
    void recordsTheLoadOfTheModelAndEachShippedPassage() throws Exception {
        assertThat(this.telemetry.flush(PATIENCE)).isTrue();

        assertThat(this.client.records("model_load_start", "started")).hasSize(1);
        JsonNode load = this.client.records("model_load_end", "completed").get(0);
        assertThat(load.at("/metrics/latency").asDouble()).isPositive();
        assertThat(load.at("/metrics/dimensions").asInt()).isEqualTo(384);
        JsonNode passages = this.client.records("passages_load", "completed").get(0);
        assertThat(passages.at("/metrics/embedded").asInt())
                .isGreaterThanOrEqualTo(200)
                .isEqualTo(passages.at("/metrics/passages").asInt());
    }

    @Test
    void servesThePage() throws Exception {
        assertThat(this.client.get("/").body()).contains("<title>Semantic search</title>", "actuator/telemetry");
        assertThat(this.client.get("/demo.js").statusCode()).isEqualTo(200);
        assertThat(this.client.get("/demo.css").statusCode()).isEqualTo(200);
    }
}
