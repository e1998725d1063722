package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.time.Duration;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is said about a database that cannot be used. The application starts and records all the same. */
@ExtendWith(OutputCaptureExtension.class)
class FleetBadInputTests {

    private static final String PASSWORD = "hunter2";

    @TempDir
    private Path directory;

    private ApplicationContextRunner runner(String url, String... properties) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(TelemetryAutoConfiguration.class, TelemetryFleetAutoConfiguration.class))
                .withPropertyValues(
                        "telemetry.backend=jdbc",
                        "telemetry.context.enabled=false",
                        "telemetry.close-timeout=1s",
                        "telemetry.path=" + this.directory.resolve("telemetry.db"),
                        "telemetry.jdbc.url=" + url,
                        "telemetry.jdbc.password=" + PASSWORD)
                .withPropertyValues(properties);
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://127.0.0.1:1/db?user=a&password=hunter2, refused",
        "jdbc:postgresql://no-such-host.invalid/db?password=hunter2, no-such-host.invalid",
        "jdbc:postgres://db/telemetry?password=hunter2, no driver takes the URL jdbc:postgres:...",
        "jdbc:mysql://db/telemetry?user=a&password=hunter2, org.postgresql:postgresql",
        "db.example.org, no driver takes the URL",
        "jdbc:h2:mem:bad, the database is H2; telemetry.backend=jdbc needs PostgreSQL"
    })
    void aUrlThatCannotBeUsedIsToldAndRecordsWait(String url, String reason, CapturedOutput output) {
        runner(url).run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("loss", 0.5);
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").forward().behind() == 1, "the record waits");
            StoreStatus status = Fleet.status(telemetry, "jdbc");
            assertThat(status.degraded().reason()).contains(reason).doesNotContain(PASSWORD);
            assertThat(status.queued()).isEqualTo(1);
            assertThat(Fleet.status(telemetry, "sqlite").degraded()).isNull();
            assertThat(Fleet.isExact(telemetry)).isTrue();
            assertThatExceptionOfType(QueryException.class)
                    .isThrownBy(() -> telemetry.source().page(RecordFilter.ALL, null, 10, Deadline.none()))
                    .satisfies((ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.UNAVAILABLE))
                    .satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(PASSWORD));
            assertThat(telemetry
                            .source("sqlite")
                            .page(RecordFilter.ALL, null, 10, Deadline.none())
                            .records())
                    .hasSize(1);
        });
        assertThat(output.getAll()).contains(reason).doesNotContain(PASSWORD);
    }

    @Test
    void aDriverThatIsMissingIsNamed() throws Exception {
        String url = PostgresServer.shared().url("postgres");
        Driver driver = DriverManager.getDriver(url);
        DriverManager.deregisterDriver(driver);
        try {
            runner(url, "telemetry.fail-fast=true")
                    .run((context) -> assertThat(Failures.analysis(context.getStartupFailure()))
                            .contains("telemetry.backend=jdbc", "needs org.postgresql:postgresql on the class path"));
        } finally {
            DriverManager.registerDriver(driver);
        }
    }

    @Test
    void aTablePrefixThatIsNoNameFailsTheStart() {
        runner(PostgresServer.shared().url("postgres"), "telemetry.jdbc.table-prefix=a;b_")
                .run((context) -> assertThat(Failures.analysis(context.getStartupFailure()))
                        .contains("telemetry.jdbc.table-prefix=a;b_", "Choose another one"));
    }

    @Test
    void aScriptThatIsNotThereIsTold() {
        PostgresServer server = PostgresServer.shared();
        runner(
                        server.url(server.newDatabase()),
                        "telemetry.jdbc.username=telemetry",
                        "telemetry.jdbc.schema=classpath:nothing.sql")
                .run((context) -> {
                    context.getBean(Telemetry.class).emit("loss", 0.5);
                    RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
                    Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
                    assertThat(Fleet.status(telemetry, "jdbc").degraded().reason())
                            .contains("telemetry.jdbc.schema=classpath:nothing.sql");
                });
    }

    @Test
    void withoutADataSourceOrAUrlItSaysWhatToSet() {
        runner("").run((context) -> {
            RecordingTelemetry telemetry = context.getBean(RecordingTelemetry.class);
            telemetry.emit("loss", 0.5);
            assertThat(telemetry.flush(Duration.ofSeconds(30))).isTrue();
            Fleet.await(() -> Fleet.status(telemetry, "jdbc").degraded() != null, "it is degraded");
            assertThat(Fleet.status(telemetry, "jdbc").degraded().reason())
                    .contains("there is no DataSource", "telemetry.jdbc.url", "@TelemetryDataSource");
        });
    }
}
