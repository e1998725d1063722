package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.cloudmesh.ai.telemetry.alert.TelemetryAlertEvent;
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
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

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
                Fleet.awaitThrough(telemetry, "jdbc");
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
                    Fleet.awaitThrough(telemetry, "jdbc");
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
                .run((context) -> assertThat(Failures.analysis(context.getStartupFailure()))
                        .contains(
                                "telemetry.backend=jdbc",
                                "the tables telemetry_* are not there",
                                "Run classpath:org/cloudmesh/ai/telemetry/store/postgresql/schema-postgresql.sql",
                                "telemetry.jdbc.initialize-schema=always",
                                "telemetry.fail-fast=false"));
    }

    @Test
    void goesOnWhenSomeoneElseMakesTheTables() throws Exception {
        PostgresServer server = PostgresServer.shared();
        DataSource database = server.dataSource(server.newDatabase());
        String script = script();
        runner("a")
                .withBean(DataSource.class, () -> database)
                .withPropertyValues("telemetry.jdbc.initialize-schema=embedded")
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    telemetry.emit("loss", 1);
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                    assertThat(Fleet.status(telemetry, "jdbc").degraded().reason())
                            .contains("schema-postgresql.sql");
                    new JdbcTemplate(database).execute(script);
                    Fleet.awaitThrough(telemetry, "jdbc");
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() == null, "it works again");
                });
    }

    private static String script() throws IOException {
        return new ClassPathResource("org/cloudmesh/ai/telemetry/store/postgresql/schema-postgresql.sql")
                .getContentAsString(StandardCharsets.UTF_8);
    }

    @Test
    void waitsForFlywayWhereThatMakesTheTables() throws Exception {
        PostgresServer server = PostgresServer.shared();
        DataSource database = server.dataSource(server.newDatabase());
        Path migrations = Files.createDirectory(this.directory.resolve("migrations"));
        Files.writeString(migrations.resolve("V7__telemetry.sql"), script());
        ApplicationContextRunner runner = runner("a")
                .withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
                .withBean(DataSource.class, () -> database)
                .withPropertyValues("spring.flyway.locations=filesystem:" + migrations, "telemetry.fail-fast=true");
        runner.withPropertyValues("telemetry.jdbc.initialize-schema=never").run((context) -> {
            assertThat(context).hasNotFailed();
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("loss", 1);
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(context.getBeanFactory()
                            .getBeanDefinition("telemetryJdbcStoreFactory")
                            .getDependsOn())
                    .contains("flywayInitializer");
        });
        assertThat(new JdbcTemplate(database).queryForObject("SELECT count(*) FROM telemetry", Long.class))
                .isEqualTo(1);
        runner.run((context) -> assertThat(context.getBeanFactory()
                        .getBeanDefinition("telemetryJdbcStoreFactory")
                        .getDependsOn())
                .isNull());
    }

    @Test
    void doesWithTheRightsThatTheDocumentLists() throws Exception {
        PostgresServer server = PostgresServer.shared();
        String name = server.newDatabase();
        JdbcTemplate admin = new JdbcTemplate(server.dataSource(name));
        String role = "role_" + name;
        admin.execute(script());
        admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        admin.execute("CREATE ROLE " + role + " LOGIN");
        admin.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        ApplicationContextRunner runner = runner("a")
                .withPropertyValues(
                        "telemetry.jdbc.initialize-schema=never",
                        "telemetry.jdbc.url=" + server.url(name),
                        "telemetry.jdbc.username=" + role,
                        "telemetry.fail-fast=true");
        runner.run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("loss", 1);
            telemetry
                    .record()
                    .metric("loss", 2)
                    .timestamp(Instant.now().minus(Duration.ofDays(9)))
                    .emit();
            Fleet.awaitThrough(telemetry, "jdbc");
            assertThat(telemetry
                            .source()
                            .page(RecordFilter.ALL, null, 10, Deadline.none())
                            .records())
                    .hasSize(2);
            assertThat(Fleet.status(telemetry, "jdbc").degraded()).isNull();
        });
        // Old days are looked for at a start, then once an hour.
        runner.withPropertyValues("telemetry.jdbc.max-age=5d")
                .run((context) -> Fleet.await(
                        () -> admin.queryForObject("SELECT count(*) FROM telemetry_record_other", Long.class) == 1,
                        "the old one was removed"));
    }

    @Test
    void oneNodeOfAProgramRecordsAnAlertAndCallsTheWebhook() throws Exception {
        PostgresServer server = PostgresServer.shared();
        DataSource database = server.dataSource(server.newDatabase());
        AtomicInteger calls = new AtomicInteger();
        HttpServer webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        webhook.createContext("/", (exchange) -> {
            calls.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        webhook.start();
        String address = "http://127.0.0.1:" + webhook.getAddress().getPort() + "/";
        try {
            alerting("a", "assistant", database, address)
                    .run((a) -> alerting("b", "assistant", database, address)
                            .run((b) -> alerting("c", "trainer", database, address)
                                    .run((c) -> {
                                        List<ApplicationContext> nodes = List.of(a, b, c);
                                        // A node that starts later takes up what has been told already.
                                        nodes.forEach((node) ->
                                                node.getBean(AlertMonitor.class).evaluate());
                                        emitAndEvaluate(a, nodes);
                                        emitAndEvaluate(b, List.of(c, b, a));
                                        emitAndEvaluate(c, nodes);

                                        for (ApplicationContext node : nodes) {
                                            assertThat(node.getBean(Heard.class).events)
                                                    .extracting((event) -> event.alert() + " " + event.firing())
                                                    .containsExactlyInAnyOrder("quiet true", "quiet false", "of-b true")
                                                    .containsSubsequence("quiet true", "quiet false");
                                            Fleet.awaitThrough(node.getBean(RecordingTelemetry.class), "jdbc");
                                        }
                                        assertThat(new JdbcTemplate(database)
                                                        .queryForList(
                                                                "SELECT command || ' ' || (attributes ->> 'alert') || ' ' || status FROM telemetry"
                                                                        + " WHERE event = 'telemetry.alert'"
                                                                        + " ORDER BY command, attributes ->> 'alert' DESC, timestamp",
                                                                String.class))
                                                .containsExactly(
                                                        "assistant quiet failed",
                                                        "assistant quiet completed",
                                                        "assistant of-b failed",
                                                        "trainer quiet failed",
                                                        "trainer quiet completed",
                                                        "trainer of-b failed");
                                        Fleet.await(() -> calls.get() == 4, "each program's webhook was called twice");
                                    })));
            assertThat(calls).hasValue(4);
        } finally {
            webhook.stop(0);
        }
    }

    private ApplicationContextRunner alerting(String node, String command, DataSource database, String webhook) {
        return runner(node)
                .withConfiguration(AutoConfigurations.of(TelemetryAlertAutoConfiguration.class))
                .withBean(DataSource.class, () -> database)
                .withBean(Heard.class)
                .withPropertyValues(
                        "telemetry.command=" + command,
                        "telemetry.alerts[0].name=quiet",
                        "telemetry.alerts[0].metric=loss",
                        "telemetry.alerts[0].aggregate=count",
                        "telemetry.alerts[0].window=1h",
                        "telemetry.alerts[0].below=2",
                        "telemetry.alerts[0].webhook=" + webhook,
                        "telemetry.alerts[1].name=of-b",
                        "telemetry.alerts[1].metric=loss",
                        "telemetry.alerts[1].above=0",
                        "telemetry.alerts[1].node=b");
    }

    private static void emitAndEvaluate(ApplicationContext emitting, List<ApplicationContext> evaluating) {
        RecordingTelemetry telemetry = emitting.getBean(RecordingTelemetry.class);
        telemetry.emit("loss", 1);
        Fleet.awaitThrough(telemetry, "jdbc");
        evaluating.forEach((node) -> node.getBean(AlertMonitor.class).evaluate());
    }

    static class Heard {

        private final List<TelemetryAlertEvent> events = new CopyOnWriteArrayList<>();

        @EventListener
        void onAlert(TelemetryAlertEvent event) {
            this.events.add(event);
        }
    }

    @Test
    void takesTheDataSourceThatIsMarked() {
        PostgresServer server = PostgresServer.shared();
        DataSource applications = server.dataSource(server.newDatabase());
        DataSource marked = server.dataSource(server.newDatabase());
        MarkedDataSource.dataSource = marked;
        runner("a")
                .withBean(DataSource.class, () -> applications)
                .withUserConfiguration(MarkedDataSource.class)
                .withPropertyValues("telemetry.jdbc.max-age=5d")
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    telemetry
                            .record()
                            .metric("loss", 1)
                            .timestamp(Instant.now().minus(Duration.ofDays(9)))
                            .emit();
                    Fleet.awaitThrough(telemetry, "jdbc");
                    JdbcTemplate sql = new JdbcTemplate(marked);
                    Fleet.await(
                            () -> sql.queryForObject("SELECT count(*) FROM telemetry", Long.class) == 0,
                            "the old day was dropped");
                    assertThat(context.getBean(DataSource.class)).isSameAs(applications);
                });
        assertThat(new JdbcTemplate(applications)
                        .queryForObject("SELECT count(*) FROM pg_tables WHERE tablename ~ 'telemetry'", Long.class))
                .isZero();
    }

    @Configuration(proxyBeanMethods = false)
    static class MarkedDataSource {

        private static DataSource dataSource;

        @Bean(defaultCandidate = false)
        @TelemetryDataSource
        DataSource telemetryDataSource() {
            return dataSource;
        }
    }

    @Test
    void aTransactionThatRollsBackTakesNoRecordWithIt() {
        PostgresServer server = PostgresServer.shared();
        DataSource database = server.dataSource(server.newDatabase());
        JdbcTemplate sql = new JdbcTemplate(database);
        sql.execute("CREATE TABLE book (title text)");
        runner("a")
                .withBean(DataSource.class, () -> database)
                .withUserConfiguration(Transactions.class)
                .run((context) -> {
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    Shop shop = context.getBean(Shop.class);
                    assertThatIllegalStateException().isThrownBy(() -> shop.sell(telemetry, sql));
                    Fleet.awaitThrough(telemetry, "jdbc");
                });
        assertThat(sql.queryForObject("SELECT count(*) FROM book", Long.class)).isZero();
        assertThat(sql.queryForObject("SELECT count(*) FROM telemetry WHERE event = 'sold'", Long.class))
                .isEqualTo(1);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {

        @Bean
        DataSourceTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    static class Shop {

        @Transactional
        public void sell(Telemetry telemetry, JdbcTemplate sql) {
            sql.update("INSERT INTO book VALUES ('a')");
            telemetry.event("sold");
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            throw new IllegalStateException("out of stock");
        }
    }

    @Test
    void nothingOfItIsThereWithoutTheName() {
        runner("a")
                .withPropertyValues("telemetry.backend=sqlite")
                .run((context) -> assertThat(context).doesNotHaveBean(TelemetryFleetAutoConfiguration.class));
    }
}
