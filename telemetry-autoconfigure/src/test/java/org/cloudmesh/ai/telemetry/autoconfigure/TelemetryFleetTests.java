package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.FleetNode;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** {@code telemetry.backend: jdbc} in an application. */
class TelemetryFleetTests {

    @TempDir
    private Path directory;

    private ApplicationContextRunner runner(String node) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TelemetryAutoConfiguration.class, TelemetryFleetAutoConfiguration.class))
                .withPropertyValues(
                        "telemetry.backend=jdbc",
                        "telemetry.node=" + node,
                        "telemetry.path=" + this.directory.resolve(node + ".db"));
    }

    @Test
    void takesTheApplicationsDataSourceAndAnswersForTheFleet() {
        PostgresServer server = PostgresServer.shared();
        DataSource database = server.dataSource(server.newDatabase());
        for (String node : List.of("a", "b")) {
            runner(node).withBean(DataSource.class, () -> database).run((context) -> {
                context.getBean(Telemetry.class).emit("loss", node.equals("a") ? 1 : 2);
                RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                Fleet.await(() -> Fleet.isThrough(telemetry, "jdbc"), "it was sent");
                if (node.equals("b")) {
                    Map<String, ?> byNode = telemetry
                            .source()
                            .metric("loss", RecordFilter.ALL, Dimension.of(Dimension.Kind.NODE), Deadline.none());
                    assertThat(byNode).containsOnlyKeys("a", "b");
                    RecordFilter ofA = RecordFilter.builder().node("a").build();
                    assertThat(telemetry
                                    .source()
                                    .page(ofA, null, 10, Deadline.none())
                                    .records())
                            .satisfiesExactly(
                                    (record) -> assertThat(record.metrics()).containsEntry("loss", 1.0));
                    assertThat(telemetry
                                    .source("sqlite")
                                    .page(RecordFilter.ALL, null, 10, Deadline.none())
                                    .records())
                            .hasSize(1);
                    assertThat(telemetry.source().nodes(Deadline.none()))
                            .extracting(FleetNode::node)
                            .containsExactlyInAnyOrder("a", "b");
                    String id = telemetry
                            .source()
                            .page(ofA, null, 1, Deadline.none())
                            .records()
                            .get(0)
                            .id();
                    assertThat(telemetry.source().nodes(Deadline.none()))
                            .filteredOn((one) -> one.node().equals("a"))
                            .singleElement()
                            .satisfies((one) -> {
                                assertThat(id).startsWith(one.process() + "-");
                                assertThat(one.system()).containsKey("memory_total");
                            });
                }
            });
        }
    }

    @Test
    void takesAUrlBesideTheApplicationsDataSource() {
        PostgresServer server = PostgresServer.shared();
        String name = server.newDatabase();
        runner("a")
                .withBean(
                        DataSource.class,
                        () -> {
                            throw new IllegalStateException("the application's own is not to be touched");
                        },
                        (definition) -> definition.setLazyInit(true))
                .withPropertyValues(
                        "telemetry.jdbc.url=" + server.url(name),
                        "telemetry.jdbc.username=telemetry",
                        "telemetry.jdbc.table-prefix=watch_")
                .run((context) -> {
                    context.getBean(Telemetry.class).emit("loss", 1);
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    Fleet.await(() -> Fleet.isThrough(telemetry, "jdbc"), "it was sent");
                    assertThat(context.getBeanNamesForType(DataSource.class)).hasSize(1);
                });
        JdbcTemplate sql = new JdbcTemplate(server.dataSource(name));
        assertThat(sql.queryForObject("SELECT count(*) FROM watch WHERE node = 'a'", Long.class))
                .isEqualTo(1);
    }

    @Test
    void failsFastWithAnAnalysisThatNamesTheScript() {
        PostgresServer server = PostgresServer.shared();
        runner("a")
                .withPropertyValues(
                        "telemetry.jdbc.url=" + server.url(server.newDatabase()),
                        "telemetry.jdbc.username=telemetry",
                        "telemetry.jdbc.initialize-schema=never",
                        "telemetry.fail-fast=true")
                .run((context) ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("schema-postgresql.sql"));
    }

    @Test
    void nothingOfItIsThereWithoutTheName() {
        runner("a")
                .withPropertyValues("telemetry.backend=sqlite")
                .run((context) -> assertThat(context).doesNotHaveBean(TelemetryFleetAutoConfiguration.class));
    }
}
