package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.springframework.boot.WebApplicationType;

/** The endpoint's paths in each form that applications and clients give them, and what none of them lets through. */
class EndpointPathTests {

    private static final Pattern ASSET = Pattern.compile("(?:src|href)=\"([^\"]*assets/[^\"]+)\"");

    @EachWebStack
    void headIsAnsweredLikeGetAndAsksNoStore(WebApplicationType type) {
        StubPipeline pipeline = new StubPipeline();
        pipeline.add(pipeline.record(Records.origin("aa", "train", "A"), 0)
                        .metrics(new String[] {"latency"}, new double[] {1}))
                .write();
        RecordSource readable = pipeline.source;
        GeneratedSource source = new GeneratedSource(100_000_000);
        try (Host host = Host.start(type, pipeline)) {
            for (String path : List.of(
                    "",
                    "/records",
                    "/metrics",
                    "/metrics/latency",
                    "/metrics/latency/series",
                    "/runs",
                    "/runs/compare?base=A&candidate=A",
                    "/context",
                    "/assets/app.js",
                    "/assets/nothing.js",
                    "/export",
                    "/export?format=csv",
                    "/nothing",
                    "/records/more")) {
                pipeline.source = readable;
                HttpResponse<String> get = host.get("/actuator/telemetry" + path);
                pipeline.source = source.source();
                HttpResponse<String> head = host.send(host.request("/actuator/telemetry" + path)
                        .method("HEAD", BodyPublishers.noBody())
                        .build());
                assertThat(head.statusCode()).as(path).isEqualTo(get.statusCode());
                assertThat(head.body()).isEmpty();
                for (String header : List.of("Content-Type", "Content-Security-Policy", "X-Content-Type-Options")) {
                    assertThat(plain(head, header)).as(path + " " + header).isEqualTo(plain(get, header));
                }
                if (path.startsWith("/export")) {
                    assertThat(plain(head, "Content-Disposition")).isEqualTo(plain(get, "Content-Disposition"));
                }
            }
            assertThat(source.made).hasValue(0);
        }
    }

    private static String plain(HttpResponse<String> response, String header) {
        return response.headers()
                .firstValue(header)
                .orElse("none")
                .replace(" ", "")
                .toLowerCase();
    }

    @EachWebStack
    void refusedRequestsCarryTheProtectiveHeaders(WebApplicationType type) {
        try (Host host = Host.start(type, new StubPipeline())) {
            for (String path : List.of("/nothing", "/metrics/never", "/records?limit=0", "/%72ecords?limit=0")) {
                assertProtected(host.get("/actuator/telemetry" + path), path);
            }
            assertProtected(host.get("/actuator/%74elemetry/records"), "an escaped letter");
            HttpResponse<String> post = host.send(host.request("/actuator/telemetry/records")
                    .POST(BodyPublishers.ofString("{}"))
                    .build());
            assertThat(post.statusCode()).isEqualTo(405);
            assertProtected(post, "POST");
        }
    }

    private static void assertProtected(HttpResponse<String> response, String what) {
        assertThat(response.headers().firstValue("X-Content-Type-Options"))
                .as(what + " " + response.statusCode())
                .hasValue("nosniff");
        assertThat(response.headers().firstValue("Content-Security-Policy"))
                .as(what)
                .isPresent();
    }

    @EachWebStack
    void aSlashAtTheEndLeadsToTheSameAnswer(WebApplicationType type) {
        try (Host host = Host.start(type, new StubPipeline())) {
            assertThat(host.get("/actuator/telemetry/").body()).contains("\"records\":0");
            HttpResponse<String> page = host.get("/actuator/telemetry/", "Accept", "text/html,*/*");
            assertThat(page.statusCode()).isEqualTo(308);
            assertThat(page.headers().firstValue("Location")).hasValue("../telemetry");
            HttpResponse<String> records = host.get("/actuator/telemetry/records/?limit=5");
            assertThat(records.statusCode()).isEqualTo(308);
            assertThat(records.request()
                            .uri()
                            .resolve(records.headers().firstValue("Location").orElseThrow()))
                    .hasPath("/actuator/telemetry/records")
                    .hasQuery("limit=5");
        }
    }

    @EachWebStack
    void thePageFindsItsFilesUnderAnotherName(WebApplicationType type) {
        for (String base : List.of("/", "/manage")) {
            // Together with a base path of "/" the application's own page is asked for too.
            try (Host host = Host.start(
                    type,
                    new StubPipeline(),
                    "management.endpoints.web.base-path=" + base,
                    "management.endpoints.web.path-mapping.telemetry=flight")) {
                String path = (base.equals("/") ? "" : base) + "/flight";
                HttpResponse<String> page = host.get(path, "Accept", "text/html,*/*");
                assertThat(page.statusCode()).as(path).isEqualTo(200);
                assertThat(page.headers().firstValue("Content-Type").orElseThrow())
                        .startsWith("text/html");
                Matcher assets = ASSET.matcher(page.body());
                int found = 0;
                while (assets.find()) {
                    found++;
                    String asset = page.request().uri().resolve(assets.group(1)).getPath();
                    assertThat(host.get(asset).statusCode()).as(asset).isEqualTo(200);
                }
                assertThat(found).isEqualTo(3);
                assertThat(host.get(path + "/records").statusCode()).isEqualTo(200);
                assertThat(host.get("/page").headers().firstValue("Content-Security-Policy"))
                        .isEmpty();
            }
        }
    }

    @EachWebStack
    @FaultRow(
            number = 43,
            injected = "a store that throws whatever it is asked, under an application",
            expected = "health and overview 200 with the reason, queries 503, no path of the machine's told")
    void aStoreThatThrowsHarmsNobody(WebApplicationType type) {
        Path file = Path.of("/srv/secret place/telemetry.jsonl");
        StubPipeline pipeline = new StubPipeline() {
            @Override
            public RecordSource source() {
                throw new java.io.UncheckedIOException(
                        new java.nio.file.AccessDeniedException(file.getParent().toString()));
            }
        };
        pipeline.stores = List.of(new StoreStatus(
                "jsonl",
                file,
                0,
                true,
                1,
                0,
                Map.of(),
                Map.of(),
                1,
                new StoreStatus.Degraded("Cannot list " + file.getParent(), java.time.Instant.EPOCH),
                null));
        try (Host host = Host.start(type, pipeline)) {
            HttpResponse<String> overview = host.get("/actuator/telemetry");
            assertThat(overview.statusCode()).isEqualTo(200);
            assertThat(overview.body())
                    .contains("\"available\":false", "\"file\":\"telemetry.jsonl\"", "AccessDenied", "\"accepted\":1")
                    .doesNotContain("/srv", "secret");
            HttpResponse<String> records = host.get("/actuator/telemetry/records");
            assertThat(records.statusCode()).isEqualTo(503);
            assertThat(records.body()).doesNotContain("/srv", "secret");
            HttpResponse<String> health = host.get("/actuator/health");
            assertThat(health.statusCode()).isEqualTo(200);
            assertThat(health.body()).contains("DEGRADED").doesNotContain("secret");
        }
    }

    @EachWebStack
    @FaultRow(
            number = 43,
            injected = "a recorder that cannot even tell the state of its stores",
            expected = "health, meters and overview 200")
    void aRecorderThatThrowsHarmsNobody(WebApplicationType type) {
        StubPipeline pipeline = new StubPipeline() {
            @Override
            public List<StoreStatus> stores() {
                throw new IllegalStateException("no state");
            }
        };
        try (Host host = Host.start(type, pipeline)) {
            assertThat(host.get("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(host.get("/actuator/metrics").statusCode()).isEqualTo(200);
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(200);
            assertThat(host.get("/actuator/telemetry/records").statusCode()).isEqualTo(200);
        }
    }
}
