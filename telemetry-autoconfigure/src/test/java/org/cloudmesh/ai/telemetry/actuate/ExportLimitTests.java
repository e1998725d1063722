package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/** Exports whose readers are slow, stalled or many. */
class ExportLimitTests {

    private static final String EXPORT = "/actuator/telemetry/export";

    private static final List<String> PATHS = List.of("/page", "/actuator/health", "/actuator/telemetry/assets/app.js");

    @ParameterizedTest
    @CsvSource({"SERVLET,0", "SERVLET,2048", "REACTIVE,0", "REACTIVE,2048"})
    @FaultRow(
            number = 45,
            injected = "210 connections to /export, each reading nothing or 2 kB/s",
            expected = "four run, the others are 503 with Retry-After; health, the endpoint and a page of the "
                    + "application's answer within 1 s")
    void theApplicationAnswersWhileReadersStall(WebApplicationType type, int bytesPerSecond, TestReporter reporter)
            throws Exception {
        StubPipeline pipeline = new StubPipeline();
        GeneratedSource source = new GeneratedSource(100_000_000);
        pipeline.source = source.source();
        List<Socket> sockets = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        try (Host host = Host.start(type, pipeline)) {
            // A first answer also loads classes, which no export delays.
            PATHS.forEach(host::get);
            for (int i = 0; i < 210; i++) {
                sockets.add(host.ask(EXPORT));
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> source.open.get() == 4);
            Thread reader = new Thread(() -> read(sockets, bytesPerSecond, done));
            reader.start();
            long slowest = 0;
            for (int i = 0; i < 5; i++) {
                for (String path : PATHS) {
                    long begin = System.nanoTime();
                    assertThat(host.get(path).statusCode()).as(path).isEqualTo(200);
                    slowest = Math.max(slowest, System.nanoTime() - begin);
                }
            }
            done.countDown();
            reader.join();
            assertThat(source.open).hasValue(4);
            long millis = TimeUnit.NANOSECONDS.toMillis(slowest);
            if (Boolean.getBoolean("telemetry.faults")) {
                assertThat(millis).isLessThan(1000);
            }
            HttpResponse<String> refused = host.get(EXPORT);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
            assertThat(refused.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(refused.body()).contains("telemetry.export.max-concurrent is 4");
            reporter.publishEntry("seen", "%s: 4 running, slowest answer %d ms".formatted(type, millis));
            // Or the server's graceful end waits for its time limit.
            close(sockets);
        } finally {
            close(sockets);
        }
    }

    private static void read(List<Socket> sockets, int bytesPerSecond, CountDownLatch done) {
        byte[] buffer = new byte[Math.max(1, bytesPerSecond / 10)];
        if (bytesPerSecond == 0) {
            return;
        }
        try {
            do {
                for (Socket socket : sockets) {
                    if (socket.getInputStream().available() > 0) {
                        socket.getInputStream().read(buffer);
                    }
                }
            } while (!done.await(100, TimeUnit.MILLISECONDS));
        } catch (IOException | InterruptedException ex) {
            // The test is over.
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @EachWebStack
    void anExportThatEndsMakesRoomForTheNext(WebApplicationType type) throws Exception {
        StubPipeline pipeline = new StubPipeline();
        pipeline.source = new GeneratedSource(100_000_000).source();
        try (Host host = Host.start(type, pipeline, "telemetry.export.max-concurrent=1")) {
            for (int i = 0; i < 3; i++) {
                // The one before gives its place back a moment after its client has gone.
                try (Socket socket =
                        await().atMost(Duration.ofSeconds(10)).until(() -> begun(host), Objects::nonNull)) {
                    assertThat(host.get(EXPORT).statusCode()).isEqualTo(503);
                }
            }
        }
    }

    /** Asks for an export that is refused for another reason than the limit, once it may begin. */
    private static int bad(Host host, String query) {
        return host.get(EXPORT + "?" + query).statusCode();
    }

    /** Returns the connection of an export that runs, or null when there is no place for it. */
    private static @Nullable Socket begun(Host host) throws IOException {
        Socket socket = host.ask(EXPORT);
        if (statusLine(socket).contains("200")) {
            return socket;
        }
        socket.close();
        return null;
    }

    private static String statusLine(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII)).readLine();
    }

    @Test
    void aReaderThatTakesNothingIsGivenUpOnWebFlux() throws Exception {
        StubPipeline pipeline = new StubPipeline();
        GeneratedSource source = new GeneratedSource(100_000_000);
        pipeline.source = source.source();
        try (Host host = Host.start(
                        WebApplicationType.REACTIVE,
                        pipeline,
                        (context) -> context.registerBean(
                                TelemetryEndpointWebFilter.class,
                                () -> new TelemetryEndpointWebFilter(
                                        context.getBeanProvider(PathMappedEndpoints.class)::getIfAvailable,
                                        1,
                                        Duration.ofSeconds(1))));
                Socket socket = host.ask(EXPORT)) {
            await().atMost(Duration.ofSeconds(10)).until(() -> source.open.get() == 1);
            await().atMost(Duration.ofSeconds(20)).until(() -> bad(host, "format=xml") == 400);
            await().until(() -> source.open.get() == 0);
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    @FaultRow(
            number = 46,
            injected = "Spring's ETag filter, 100,000,000 records",
            expected = "streamed: nothing is made that the client does not read, and no ETag")
    void anEtagFilterDoesNotCollectAnExport(TestReporter reporter) throws Exception {
        StubPipeline pipeline = new StubPipeline();
        GeneratedSource source = new GeneratedSource(100_000_000);
        pipeline.source = source.source();
        try (Host host = Host.start(
                        WebApplicationType.SERVLET,
                        pipeline,
                        (context) -> context.registerBean(ShallowEtagHeaderFilter.class));
                Socket socket = host.ask(EXPORT)) {
            assertThat(host.get("/page").headers().firstValue("ETag")).isPresent();
            assertThat(statusLine(socket)).contains("200");
            assertThat(source.made.get()).isLessThan(1_000_000);
            reporter.publishEntry("seen", "the answer began after %d records".formatted(source.made.get()));
        }
    }
}
