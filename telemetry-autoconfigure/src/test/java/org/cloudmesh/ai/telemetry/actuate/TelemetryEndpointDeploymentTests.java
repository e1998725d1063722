package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jayway.jsonpath.JsonPath;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Where the endpoint is to be found, where not, and what it says when things are not well. */
class TelemetryEndpointDeploymentTests {

    @EachWebStack
    void aSeparatePortAndOtherPathsServeAllOfIt(WebApplicationType type) {
        StubPipeline pipeline = new StubPipeline();
        pipeline.add(pipeline.record(Records.origin("aa", "train", "A"), 0)).write();
        try (Host host = Host.start(
                type,
                pipeline,
                "management.server.port=0",
                "management.server.base-path=/admin",
                "management.endpoints.web.base-path=/manage",
                "management.endpoints.web.path-mapping.telemetry=flight")) {
            for (String path : List.of("", "/records", "/export", "/assets/app.js")) {
                HttpResponse<String> response = host.get("/admin/manage/flight" + path);
                assertThat(response.statusCode()).as(path).isEqualTo(200);
                assertThat(response.headers().firstValue("X-Content-Type-Options"))
                        .as(path)
                        .hasValue("nosniff");
            }
            assertThat(host.get("/admin/manage/flight/export").headers().firstValue("Content-Disposition"))
                    .isPresent();
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(404);
        }
    }

    @EachWebStack
    void pathsBeforeItChangeNothing(WebApplicationType type) {
        boolean servlet = type == WebApplicationType.SERVLET;
        try (Host host = servlet
                ? Host.start(
                        type, new StubPipeline(), "server.servlet.context-path=/app", "spring.mvc.servlet.path=/api")
                : Host.start(type, new StubPipeline(), "spring.webflux.base-path=/app")) {
            HttpResponse<String> response = host.get((servlet ? "/app/api" : "/app") + "/actuator/telemetry/records");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        }
    }

    @Test
    void itIsNotThereUntilItIsExposed() {
        try (Host host = Host.start(
                WebApplicationType.SERVLET,
                new StubPipeline(),
                "management.endpoints.web.exposure.include=health",
                "management.endpoints.jmx.exposure.include=")) {
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(404);
            assertThat(host.context().getBeanNamesForType(TelemetryEndpointFilter.class))
                    .isEmpty();
        }
    }

    @Test
    void nothingIsThereWhereNothingRecords() {
        try (Host host = Host.start(WebApplicationType.SERVLET, null)) {
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(404);
            assertThat(host.get("/actuator/health/telemetry").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theSameAnswersAreThereOverJmx() throws Exception {
        StubPipeline pipeline = new StubPipeline();
        pipeline.add(pipeline.record(Records.origin("aa", "train", "A"), 0)
                        .metrics(new String[] {"latency"}, new double[] {0.5}))
                .write();
        try (Host host = Host.start(
                WebApplicationType.SERVLET,
                pipeline,
                "spring.jmx.enabled=true",
                "management.endpoints.jmx.domain=telemetry-test",
                "management.endpoints.jmx.exposure.include=telemetry")) {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName name = server.queryNames(new ObjectName("telemetry-test:type=Endpoint,name=Telemetry"), null)
                    .iterator()
                    .next();
            assertThat(server.getMBeanInfo(name).getOperations()).hasSize(2);
            Object answer = server.invoke(name, "overview", new Object[0], new String[0]);
            assertThat((Map<?, ?>) answer)
                    .extracting((map) -> map.get("records"))
                    .isEqualTo(1L);
            assertThat(over(server, name, "metrics/latency", "by=status&run=A")).containsEntry("count", 1L);
            assertThat(over(server, name, "records", "attribute=model%3Allama-3&attribute=no:such"))
                    .containsEntry("records", List.of());
            assertThatThrownBy(() -> over(server, name, "records", "limit=5000"))
                    .hasRootCauseInstanceOf(IllegalArgumentException.class)
                    .rootCause()
                    .hasMessageContaining("'limit' is '5000'");
            assertThatThrownBy(() -> over(server, name, "nowhere", null))
                    .rootCause()
                    .hasMessageContaining("no path 'nowhere'");
            assertThat(host.context().getBeansWithAnnotation(Endpoint.class)).containsKey("telemetryEndpoint");
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> over(MBeanServer server, ObjectName name, String path, String query)
            throws Exception {
        String[] signature = {String.class.getName(), String.class.getName()};
        return (Map<String, Object>) server.invoke(name, "answer", new Object[] {path, query}, signature);
    }

    @Test
    void withoutAReadableStoreQueriesSayWhyAndFiguresAreStillThere() {
        StubPipeline pipeline = new StubPipeline();
        pipeline.source = null;
        pipeline.stores = List.of(StubPipeline.status("text", false, null));
        try (Host host = Host.start(WebApplicationType.SERVLET, pipeline)) {
            for (String path : List.of("/records", "/metrics", "/metrics/x", "/runs", "/context", "/export")) {
                HttpResponse<String> response = host.get("/actuator/telemetry" + path);
                assertThat(response.statusCode()).as(path).isEqualTo(404);
                assertThat(response.body()).contains("\"status\":404", "can be read");
            }
            assertThat(host.get("/actuator/telemetry").body())
                    .contains("\"records\":null", "\"available\":false", "can be read", "\"accepted\":10");
        }
    }

    @Test
    void aQueryPastItsDeadlineIsRefusedAsAProblem() {
        StubPipeline pipeline = new StubPipeline();
        pipeline.source = new GeneratedSource(1_000_000_000L).source();
        try (Host host = Host.start(WebApplicationType.SERVLET, pipeline)) {
            // The first request of an application takes as long as it takes.
            host.get("/actuator/health");
            long begin = System.nanoTime();
            HttpResponse<String> response = host.get("/actuator/telemetry/metrics");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(response.body()).contains("too long");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(10));
        }
    }

    @Test
    void healthIsUpAndCarriesTheFiguresAlsoWhenDegraded() {
        StubPipeline pipeline = new StubPipeline();
        try (Host host = Host.start(WebApplicationType.SERVLET, pipeline)) {
            String body = host.get("/actuator/health").body();
            assertThat(JsonPath.<String>read(body, "$.components.telemetry.status"))
                    .isEqualTo("UP");
            assertThat(JsonPath.<Map<String, Object>>read(body, "$.components.telemetry.details"))
                    .containsEntry("accepted", 10)
                    .containsEntry("written", 7)
                    .containsEntry("queued", 1)
                    .containsEntry("dropped", Map.of("queue-full", 2))
                    .containsEntry("normalised", Map.of("invalid-value", 1));
            Instant since = Instant.parse("2026-11-24T22:20:00Z");
            pipeline.stores = List.of(
                    StubPipeline.status("memory", true, null),
                    StubPipeline.status("jsonl", false, new StoreStatus.Degraded("disk full", since)));
            HttpResponse<String> all = host.get("/actuator/health");
            assertThat(all.statusCode()).isEqualTo(200);
            assertThat(JsonPath.<String>read(all.body(), "$.status")).isEqualTo("UP");
            HttpResponse<String> own = host.get("/actuator/health/telemetry");
            assertThat(own.statusCode()).isEqualTo(200);
            assertThat(JsonPath.<String>read(own.body(), "$.status")).isEqualTo("DEGRADED");
            assertThat(JsonPath.<Map<String, Object>>read(own.body(), "$.details"))
                    .containsEntry("reason", "disk full")
                    .containsEntry("since", "2026-11-24T22:20:00Z");
            assertThat(JsonPath.<Map<String, Object>>read(
                            host.get("/actuator/telemetry").body(), "$.pipeline.stores"))
                    .containsOnlyKeys("memory", "jsonl");
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void theStartSaysWhereItIs(CapturedOutput output) {
        String[] recorder = {"telemetry.enabled=true", "telemetry.backend=memory", "telemetry.context.enabled=false"};
        try (Host host = Host.start(WebApplicationType.SERVLET, null, recorder)) {
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(200);
            assertThat(told(output)).containsExactly("Telemetry is kept by memory; shown at /actuator/telemetry");
        }
        String[] hidden = Arrays.copyOf(recorder, 4);
        hidden[3] = "management.endpoints.web.exposure.include=health,info";
        try (Host host = Host.start(WebApplicationType.REACTIVE, null, hidden)) {
            assertThat(host.get("/actuator/telemetry").statusCode()).isEqualTo(404);
            assertThat(told(output))
                    .last()
                    .isEqualTo("Telemetry is kept by memory; not exposed, to look at it over HTTP: "
                            + "management.endpoints.web.exposure.include: health,info,telemetry");
        }
    }

    private static List<String> told(CapturedOutput output) {
        return output.getOut()
                .lines()
                .filter((line) -> line.contains("Telemetry is kept by"))
                .map((line) -> line.substring(line.indexOf("Telemetry is kept by")))
                .toList();
    }

    @Test
    void whatARealRecorderTakesIsThere() {
        try (Host host = Host.start(
                WebApplicationType.SERVLET,
                null,
                "telemetry.enabled=true",
                "telemetry.backend=memory",
                "spring.application.name=real")) {
            Telemetry telemetry = host.context().getBean(Telemetry.class);
            telemetry.emit("accuracy", 0.92, Status.COMPLETED);
            assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();
            assertThat(host.<Integer>json("", "$.records")).isEqualTo(1);
            assertThat(host.<List<Object>>json("/records", "$.records[*].metrics.accuracy"))
                    .containsExactly(0.92);
            assertThat(host.<Integer>json("", "$.pipeline.written")).isEqualTo(1);
            assertThat(host.get("/actuator/health/telemetry").body()).contains("\"UP\"");
        }
    }
}
