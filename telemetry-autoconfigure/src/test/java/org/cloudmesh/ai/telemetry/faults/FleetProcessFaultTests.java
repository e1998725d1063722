package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Nodes of a fleet that are processes of their own, with one PostgreSQL. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FleetProcessFaultTests {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final Duration HEALING = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofSeconds(Faults.times(120, 60));

    @TempDir
    private Path directory;

    private final List<Child> nodes = new ArrayList<>();

    @AfterEach
    void endNodes() {
        this.nodes.forEach(Child::close);
    }

    private Child node(Child.Start start, String kind, String node, String url, long first) throws Exception {
        Child child = start.main(
                FleetNode.class,
                kind,
                this.directory.resolve(node + ".db").toString(),
                node,
                url,
                Long.toString(first));
        this.nodes.add(child);
        return child;
    }

    private static String get(String port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path))
                .build();
        return CLIENT.send(request, BodyHandlers.ofString()).body();
    }

    private static String status(Child child) throws Exception {
        return child.ask("status", "status");
    }

    private static void awaitThrough(Child child) {
        await().atMost(LONGEST)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> status(child).contains("exact true through true"));
    }

    private static void assertOnce(JdbcTemplate sql, String node, long records) {
        Map<String, Object> seen = sql.queryForMap(
                "SELECT count(*) AS records, count(DISTINCT r.numbers[1]) AS numbers, coalesce(max(r.numbers[1]), -1)"
                        + " AS last FROM telemetry_record r JOIN telemetry_process p ON p.id = r.process"
                        + " WHERE p.node = ?",
                node);
        assertThat(seen)
                .as("records of " + node)
                .containsEntry("records", records)
                .containsEntry("numbers", records)
                .containsEntry("last", records - 1.0);
    }

    @Test
    @FaultRow(
            number = 31,
            injected = "three services under load; their PostgreSQL stopped at once for a minute (4 s in the ordinary "
                    + "run), then started",
            expected = "0 lost, 0 doubled of each; healed within 5 s; accounting exact; any one shows all three nodes")
    void threeServicesOutliveTheirDatabase(TestReporter reporter) throws Exception {
        List<String> names = List.of("pod-1", "pod-2", "pod-3");
        List<Long> emitted = new ArrayList<>();
        Duration healed;
        try (PostgresServer server = PostgresServer.begin()) {
            String database = server.newDatabase();
            JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
            for (String name : names) {
                node(Child.start(), "service", name, server.url(database), 0);
            }
            List<String> ports = new ArrayList<>();
            for (Child node : this.nodes) {
                ports.add(node.expect("port").split(" ")[1]);
                node.send("load 1000");
            }
            await().atMost(LONGEST)
                    .ignoreExceptions()
                    .until(() -> JsonPath.<List<String>>read(get(ports.get(0), "telemetry/nodes"), "$.nodes[*].node")
                            .containsAll(names));
            server.stopNow();
            long stopped = System.nanoTime();
            for (String port : ports) {
                await().atMost(Faults.SUITE ? HEALING : LONGEST)
                        .until(() -> get(port, "health/telemetry").contains("DEGRADED"));
            }
            long away = TimeUnit.SECONDS.toNanos(Faults.times(60, 4));
            await().atMost(LONGEST).until(() -> System.nanoTime() - stopped > away);
            await().atMost(LONGEST)
                    .untilAsserted(() -> assertThat(get(ports.get(1), "telemetry/records?store=sqlite&limit=1"))
                            .contains("\"records\":[{"));
            server.start();
            long started = System.nanoTime();
            for (String port : ports) {
                await().atMost(Faults.SUITE ? HEALING : LONGEST)
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> !get(port, "health/telemetry").contains("DEGRADED"));
            }
            healed = Duration.ofNanos(System.nanoTime() - started);
            for (Child node : this.nodes) {
                node.send("stop");
                emitted.add(Long.valueOf(node.expect("emitted").split(" ")[1]));
            }
            this.nodes.forEach(FleetProcessFaultTests::awaitThrough);
            for (int i = 0; i < names.size(); i++) {
                assertOnce(sql, names.get(i), emitted.get(i));
            }
            for (String port : ports) {
                // A question that a busy machine does not answer within two seconds is refused.
                await().atMost(LONGEST).ignoreExceptions().untilAsserted(() -> {
                    String byNode = get(port, "telemetry/metrics/n?by=node");
                    assertThat(JsonPath.<List<String>>read(byNode, "$.groups[*].key"))
                            .containsExactlyInAnyOrderElementsOf(names);
                    assertThat(JsonPath.<Integer>read(byNode, "$.count").longValue())
                            .isEqualTo(
                                    emitted.stream().mapToLong(Long::longValue).sum());
                    assertThat(JsonPath.<List<String>>read(get(port, "telemetry/nodes"), "$.nodes[*].node"))
                            .containsExactlyInAnyOrderElementsOf(names);
                });
            }
            for (Child node : this.nodes) {
                node.end();
            }
        }
        reporter.publishEntry(
                "seen", "%s records, each there once; all healed after %d ms".formatted(emitted, healed.toMillis()));
    }

    @Test
    @FaultRow(
            number = 36,
            injected = "ten processes (two in the ordinary run) begin at once on an empty database and record for a "
                    + "minute (2 s)",
            expected = "one schema; all records of all there once")
    void nodesBeginAtOnceAndRecord(TestReporter reporter) throws Exception {
        int count = Faults.times(10, 2);
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
        for (int i = 0; i < count; i++) {
            node(Child.start().option("-Xmx96m"), "program", "pod-" + i, server.url(database), 0);
        }
        for (Child node : this.nodes) {
            node.send("load 500");
        }
        long start = System.nanoTime();
        long end = TimeUnit.SECONDS.toNanos(Faults.times(60, 2));
        await().atMost(LONGEST).until(() -> System.nanoTime() - start > end);
        long all = 0;
        for (int i = 0; i < count; i++) {
            Child node = this.nodes.get(i);
            node.send("stop");
            long emitted = Long.parseLong(node.expect("emitted").split(" ")[1]);
            awaitThrough(node);
            assertOnce(sql, "pod-" + i, emitted);
            node.end();
            all += emitted;
        }
        assertThat(sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                .isEqualTo(all);
        assertThat(sql.queryForObject("SELECT sum(records) FROM telemetry_process", Long.class))
                .isEqualTo(all);
        assertThat(sql.queryForObject("SELECT sum(accepted) FROM telemetry_process", Long.class))
                .isEqualTo(all);
        assertThat(sql.queryForObject("SELECT count(*) FROM telemetry_schema", Long.class))
                .isEqualTo(1);
        reporter.publishEntry("seen", "%d nodes, %d records, each there once".formatted(count, all));
    }

    @Test
    @FaultRow(
            number = 37,
            injected = "kill -9 of a node with 100,000 unsent (20,000 in the ordinary run), again while the next start "
                    + "sends them, and SIGTERM while the server is away",
            expected = "the next start sends the rest, none is lost, none is there twice")
    void aNodeEndsWithRecordsUnsent(TestReporter reporter) throws Exception {
        int unsent = Faults.times(100_000, 20_000);
        long sentBefore;
        try (PostgresServer server = PostgresServer.begin()) {
            String database = server.newDatabase();
            JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
            server.stopNow();
            Child first = node(Child.start(), "program", "pod-1", server.url(database), 0);
            assertThat(first.ask("fill " + unsent, "filled")).isEqualTo("filled true");
            first.kill();
            server.start();
            node(Child.start(), "program", "pod-1", server.url(database), unsent);
            await().atMost(LONGEST)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .ignoreExceptions()
                    .until(() -> count(sql) > 0);
            this.nodes.get(1).kill();
            sentBefore = count(sql);
            server.stopNow();
            Child third =
                    node(Child.start().option("-Dnode.close=2"), "program", "pod-1", server.url(database), unsent);
            assertThat(third.ask("fill 1000", "filled")).isEqualTo("filled true");
            third.process().toHandle().destroy();
            assertThat(third.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            server.start();
            Child last = node(Child.start(), "program", "pod-1", server.url(database), unsent + 1000);
            assertThat(last.ask("fill 1000", "filled")).isEqualTo("filled true");
            awaitThrough(last);
            last.end();
            assertOnce(sql, "pod-1", unsent + 2000);
        }
        reporter.publishEntry(
                "seen",
                "%d sent when it was killed in the midst of sending; %d records at the end, each there once"
                        .formatted(sentBefore, unsent + 2000));
    }

    private static long count(JdbcTemplate sql) {
        Long count = sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class);
        return count == null ? 0 : count;
    }

    @Test
    @FaultRow(
            number = 39,
            injected =
                    "the clocks of two of three nodes a day ahead and a day behind (faketime; in the ordinary run an "
                            + "injected clock)",
            expected = "all records there once, marked by their own time, in partitions of their days; retention by "
                    + "the server's clock")
    void clocksAreADayOff(TestReporter reporter) throws Exception {
        if (Faults.SUITE) {
            Faults.needsLinux();
            Faults.needs("faketime");
        }
        PostgresServer server = PostgresServer.shared();
        String database = server.newDatabase();
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(database));
        node(Child.start(), "program", "right", server.url(database), 0);
        node(shifted(1), "program", "ahead", server.url(database), 0);
        node(shifted(-1), "program", "behind", server.url(database), 0);
        for (Child node : this.nodes) {
            assertThat(node.ask("fill 1000", "filled")).isEqualTo("filled true");
        }
        for (Child node : this.nodes) {
            awaitThrough(node);
            node.end();
        }
        List<String> seen = new ArrayList<>();
        for (String node : List.of("behind", "right", "ahead")) {
            assertOnce(sql, node, 1000);
            seen.add(sql.queryForObject(
                    "SELECT node || ' ' || round(extract(epoch FROM avg(timestamp - now())) / 86400) FROM telemetry"
                            + " WHERE node = ? GROUP BY node",
                    String.class,
                    node));
        }
        assertThat(seen).containsExactly("behind -1", "right 0", "ahead 1");
        assertThat(sql.queryForObject("SELECT count(*) FROM telemetry_record_other", Long.class))
                .isZero();
        reporter.publishEntry("seen", "1,000 records each; days off: " + seen);
    }

    private static Child.Start shifted(int days) {
        if (!Faults.SUITE) {
            return Child.start().option("-Dnode.days=" + days);
        }
        // The files' times are as they were.
        return Child.start()
                .environment("NO_FAKE_STAT", "1")
                .through("faketime", "-m", "--exclude-monotonic", "-f", (days > 0 ? "+" : "") + days + "d");
    }
}
