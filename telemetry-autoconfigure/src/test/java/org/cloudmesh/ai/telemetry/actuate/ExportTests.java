package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;

/** Exports that are longer than memory, broken off, or opened in a spreadsheet. */
class ExportTests {

    @EachWebStack
    void theQueryGoesNoFasterThanTheClientReadsAndEndsWithIt(WebApplicationType type) throws Exception {
        StubPipeline pipeline = new StubPipeline();
        GeneratedSource source = new GeneratedSource(100_000_000);
        pipeline.source = source.source();
        try (Host host = Host.start(type, pipeline)) {
            InputStream body = HttpClient.newHttpClient()
                    .send(host.request("/actuator/telemetry/export").build(), BodyHandlers.ofInputStream())
                    .body();
            body.readNBytes(1 << 20);
            // Once all buffers between the two are full, nothing more is made until the client reads on.
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(10))
                    .until(new Still(source));
            long made = source.made.get();
            assertThat(made).isBetween(1_000L, 1_000_000L);
            body.readNBytes(64 << 20);
            await().atMost(Duration.ofSeconds(5)).until(() -> source.made.get() > made);
            assertThat(source.open).hasValue(1);
            body.close();
            await().atMost(Duration.ofSeconds(5)).until(() -> source.open.get() == 0);
        }
    }

    @EachWebStack
    void aLongExportIsWhole(WebApplicationType type) throws Exception {
        StubPipeline pipeline = new StubPipeline();
        pipeline.source = new GeneratedSource(300_000).source();
        try (Host host = Host.start(type, pipeline);
                InputStream body = HttpClient.newHttpClient()
                        .send(
                                host.request("/actuator/telemetry/export?format=csv")
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body()) {
            byte[] buffer = new byte[1 << 16];
            long lines = 0;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                for (int i = 0; i < read; i++) {
                    lines += buffer[i] == '\n' ? 1 : 0;
                }
            }
            assertThat(lines).isEqualTo(300_001);
        }
    }

    @Test
    void aQueryThatFailsBreaksTheExportOff() {
        InputStream stream = new ExportStream((out, deadline) -> {
            out.write("half".getBytes(StandardCharsets.UTF_8));
            throw new QueryException(QueryException.Reason.UNAVAILABLE, "gone", null);
        });
        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasRootCauseMessage("gone");
    }

    @Test
    void cellsThatASpreadsheetWouldRunAreText() throws IOException {
        for (String formula : new String[] {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"}) {
            String line = csv(formula);
            assertThat(line).as(formula).contains("'" + formula);
        }
        assertThat(csv("say \"a, b\"")).contains(",\"say \"\"a, b\"\"\",");
        assertThat(csv("plain")).contains(",plain,");
        // A number is none, whatever it begins with.
        assertThat(csv("plain")).contains(",-0.5,");
    }

    @Test
    void eachMetricAndAttributeHasAColumn() throws IOException {
        TelemetryRecord first = record(1, Map.of("b", 1.0, "a", 2.5), Map.of("model", "x,y"));
        TelemetryRecord second = record(2, Map.of("c", 3.0), Map.of("tenant", "acme"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Consumer<TelemetryRecord> writer = ExportFormat.CSV.writer(out, (visitor) -> {
            visitor.accept(first);
            visitor.accept(second);
        });
        writer.accept(first);
        writer.accept(second);
        String[] lines = out.toString(StandardCharsets.UTF_8).split("\r\n");
        assertThat(lines[0])
                .isEqualTo(
                        "id,timestamp,command,status,event,metric.a,metric.b,metric.c,attribute.model,attribute.tenant,"
                                + "system,message,run,user");
        assertThat(lines[1]).contains(",2.5,1.0,,\"x,y\",,");
        assertThat(lines[2]).contains(",,,3.0,,acme,");
        TelemetryRecord late = record(3, Map.of("unknown", 1.0), Map.of());
        assertThatThrownBy(() -> writer.accept(late)).isInstanceOf(QueryException.class);
    }

    private static TelemetryRecord record(int sequence, Map<String, Double> metrics, Map<String, String> attributes) {
        return TelemetryRecord.builder(Records.origin("aa", "train", "A"), sequence, Records.START)
                .metrics(
                        metrics.keySet().toArray(String[]::new),
                        metrics.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray())
                .attributes(attributes)
                .build();
    }

    private static String csv(String message) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TelemetryRecord record = TelemetryRecord.builder(Records.origin("aa", message, message), 1, Records.START)
                .event(message)
                .message(message)
                .attributes(Map.of("k", message))
                .metrics(new String[] {"loss"}, new double[] {-0.5})
                .build();
        ExportFormat.CSV.writer(out, (visitor) -> visitor.accept(record)).accept(record);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Holds as long as no more records are made than at the time before. */
    private static final class Still implements java.util.concurrent.Callable<Boolean> {

        private final GeneratedSource source;

        private long before = -1;

        Still(GeneratedSource source) {
            this.source = source;
        }

        @Override
        public Boolean call() {
            long now = this.source.made.get();
            boolean still = now == this.before;
            this.before = now;
            return still;
        }
    }
}
