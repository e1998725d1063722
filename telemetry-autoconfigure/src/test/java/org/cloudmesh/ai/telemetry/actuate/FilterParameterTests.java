package org.cloudmesh.ai.telemetry.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.Records;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;

/** Which records each parameter chooses. */
class FilterParameterTests {

    private static final Origin ORIGIN = Records.origin("aa", "train", "A");

    private static final long FUTURE = EpochMicros.micros(Instant.parse("2090-01-01T00:00:00Z")) - Records.START;

    private static Host host;

    @BeforeAll
    static void start() {
        StubPipeline pipeline = new StubPipeline();
        long now = EpochMicros.micros(Instant.now()) - Records.START;
        for (int i = 0; i < 10; i++) {
            pipeline.add(pipeline.record(ORIGIN, now - (i + 1) * 60_000_000L)
                    .event(i % 2 == 0 ? "inference" : "index")
                    .status(Status.COMPLETED)
                    .metrics(new String[] {i < 3 ? "latency" : "late_by"}, new double[] {i + 1})
                    .attributes(Map.of("model", "llama-" + i, "trace_id", "t" + i % 4))
                    .message("Step " + i + " of TEN"));
        }
        pipeline.add(
                pipeline.record(ORIGIN, FUTURE).event("inference").metrics(new String[] {"latency"}, new double[] {1000
                }));
        pipeline.write();
        host = Host.start(WebApplicationType.SERVLET, pipeline);
    }

    @AfterAll
    static void stop() {
        host.close();
    }

    @ParameterizedTest
    @CsvSource({
        "event=in*, 10",
        "event=inf*, 5",
        "event=inf, 0",
        "event=*, 10",
        "metric=lat*, 10",
        "metric=late*, 10",
        "metric=laten*, 3",
        "attribute=model:llama-*, 10",
        "attribute=model:llama-1*, 1",
        "attribute=model:lama*, 0",
        "trace=t1, 3",
        "trace=t, 0",
        "text=ten, 10",
        "text=step%203, 1",
        "text=LLAMA-7, 1",
        "text=INDE, 5",
        "text=ten&trace=t1&event=ind*, 3",
    })
    void namesTracesAndTexts(String query, int records) {
        assertThat(host.<Integer>json("?" + query, "$.records")).isEqualTo(records);
        assertThat(host.<List<String>>json("/records?" + query, "$.records[*].id"))
                .hasSize(records);
        HttpResponse<String> export = host.get("/actuator/telemetry/export?" + query);
        assertThat(export.body().lines()).hasSize(records);
    }

    @Test
    @FaultRow(
            number = 49,
            injected = "a record of 2090",
            expected = "ranges end at now; it is counted and can be asked for")
    void recordsFromTheFutureAreOnlyThereWhenAskedFor() {
        assertThat(host.<Integer>json("", "$.records")).isEqualTo(10);
        assertThat(host.<Integer>json("", "$.future")).isEqualTo(1);
        assertThat(host.<Integer>json("?trace=t1", "$.future")).isZero();
        assertThat(host.<Integer>json("?from=-1h", "$.records")).isEqualTo(10);
        assertThat(host.<String>json("/records?limit=1", "$.records[0].message"))
                .isEqualTo("Step 0 of TEN");
        assertThat(host.<Double>json("/metrics/latency", "$.max")).isEqualTo(3);
        assertThat(host.<String>json("/metrics/latency/series?buckets=2", "$.bucket"))
                .startsWith("PT1M");
        assertThat(host.<String>json("/runs", "$.runs[0].ended")).doesNotStartWith("2090");
        assertThat(host.<List<String>>json("/records?to=2100-01-01T00:00:00Z&limit=1", "$.records[*].timestamp"))
                .containsExactly("2090-01-01T00:00:00.000000Z");
        assertThat(host.<Integer>json("?from=-0s&to=2100-01-01T00:00:00Z", "$.records"))
                .isEqualTo(1);
    }

    @Test
    void pagesKeepTheFiltersAndTheRange() {
        Set<String> seen = new HashSet<>();
        String query = "/records?limit=3&event=in*&text=TEN&zone=Europe/Berlin";
        String next = host.json(query, "$.next");
        seen.addAll(host.<List<String>>json(query, "$.records[*].id"));
        while (next != null) {
            seen.addAll(host.<List<String>>json("/records?limit=3&cursor=" + next, "$.records[*].id"));
            next = host.json("/records?limit=3&cursor=" + next, "$.next");
        }
        assertThat(seen).hasSize(10);
    }

    @ParameterizedTest
    @CsvSource({
        "today, Europe/Berlin, 2026-03-29T23:30:00Z, 2026-03-29T22:00:00Z,",
        "today, UTC, 2026-03-29T23:30:00Z, 2026-03-29T00:00:00Z,",
        // The day on which clocks go forward has 23 hours.
        "yesterday, Europe/Berlin, 2026-03-29T23:30:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "this-month, Europe/Berlin, 2026-03-31T22:30:00Z, 2026-03-31T22:00:00Z,",
        "last-month, Europe/Berlin, 2026-03-31T22:30:00Z, 2026-02-28T23:00:00Z, 2026-03-31T22:00:00Z",
        "last-month, America/New_York, 2026-01-15T12:00:00Z, 2025-12-01T05:00:00Z, 2026-01-01T05:00:00Z",
        // Midnight is skipped there.
        "today, America/Santiago, 2026-09-06T12:00:00Z, 2026-09-06T04:00:00Z,",
    })
    void daysAndMonthsBeginAtMidnightInTheZone(String word, String zone, Instant now, Instant from, Instant to) {
        RecordFilter filter = filter(now, "from", word, "zone", zone);
        assertThat(filter.from()).isEqualTo(from);
        if (to == null) {
            assertThat(filter.hasOpenEnd()).isTrue();
            assertThat(filter.to()).isEqualTo(now.plusNanos(1000));
        } else {
            assertThat(filter.hasOpenEnd()).isFalse();
            assertThat(filter.to()).isEqualTo(to);
        }
        assertThat(filter(now, "from", word, "zone", zone, "to", "-0s").to()).isEqualTo(now);
        assertThatThrownBy(() -> filter(now, "from", word, "zone", "Mars/Olympus"))
                .hasMessageContaining("'zone' is 'Mars/Olympus'");
    }

    @Test
    void aZoneIsTheServersUnlessSaid() {
        Instant now = Instant.parse("2026-03-29T12:00:00Z");
        assertThat(filter(now, "from", "today").from())
                .isEqualTo(now.atZone(java.time.ZoneId.systemDefault())
                        .toLocalDate()
                        .atStartOfDay(java.time.ZoneId.systemDefault())
                        .toInstant());
    }

    @Test
    void bothOperationsTakeEveryFilter() {
        for (String operation : List.of("overview", "answer")) {
            Method method = Arrays.stream(TelemetryEndpointWebExtension.class.getMethods())
                    .filter((candidate) -> candidate.getName().equals(operation))
                    .findFirst()
                    .orElseThrow();
            assertThat(Arrays.stream(method.getParameters()).map(Parameter::getName))
                    .as(operation)
                    .containsAll(Parameters.names());
        }
    }

    private static RecordFilter filter(Instant now, String... parameters) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            values.put(parameters[i], List.of(parameters[i + 1]));
        }
        return new Parameters(values, now).filter();
    }
}
