package org.cloudmesh.ai.telemetry.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service over HTTP, with the real model. One context serves all tests. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class DemoApplicationTest {

    private static final HttpClient client = HttpClient.newHttpClient();

    private static final JsonMapper json = new JsonMapper();

    @TempDir
    static Path files;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void files(DynamicPropertyRegistry registry) {
        registry.add("demo.database", () -> files.resolve("passages").toString());
        registry.add("telemetry.path", () -> files.resolve("telemetry.db").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            freedom of the press                                | First Amendment
            how old must a senator be                           | Article I, Section 3, Clause 3
            women's right to vote                               | Nineteenth Amendment
            government by the people                            | Gettysburg Address: government of the people
            taxation without consent                            | Grievance: taxes
            The tortoise was slow and steady                    | x
            a bird drops stones into a jar to reach the water   | The Crow and the Pitcher
            turning weapons into farm tools                     | Isaiah 2:4
            answer anger with gentle words                      | Proverbs 15:1
            a poem that compares somebody to a day in summer    | Sonnet 18, lines 1-8
            """)
    void findsThePassageThatAnswersTheQuery(String query, String title) throws Exception {
        JsonNode answer = search(query, 3);

        assertThat(answer.at("/results/0/passage/title").asString()).isEqualTo(title);
        assertThat(answer.at("/results")).hasSize(3);
        assertThat(answer.at("/scanned").asInt()).isGreaterThan(200);
    }

    private JsonNode search(String query, int k) throws Exception {
        HttpResponse<String> response =
                get("/search?k=" + k + "&q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        assertThat(response.statusCode()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
