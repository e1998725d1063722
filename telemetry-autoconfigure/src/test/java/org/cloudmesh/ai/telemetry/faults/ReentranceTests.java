package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryObservationAutoConfiguration;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What the writer's own thread causes does not come round again. */
@Timeout(60)
class ReentranceTests {

    private static final String OBSERVED = "gen_ai.client.operation";

    @TempDir
    private Path directory;

    @Test
    @FaultRow(
            number = 17,
            injected = "observations of AI calls raised on the writer's thread, by a store and by a listener",
            expected = "no recursion, no deadlock; refused as reentrant, exactly; the application's own are recorded")
    void observationsOfTheWriterAreNotRecorded(TestReporter reporter) {
        ObservingStore store = new ObservingStore();
        ObservationRegistry[] registry = {ObservationRegistry.NOOP};
        store.observed = () -> observe(registry[0]);
        PipelineListener listener = new PipelineListener() {
            @Override
            public void onRecord(TelemetryRecord record) {
                observe(registry[0]);
            }
        };
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TelemetryAutoConfiguration.class,
                        TelemetryObservationAutoConfiguration.class,
                        ObservationAutoConfiguration.class))
                .withPropertyValues("telemetry.backend=none", "telemetry.context.enabled=false")
                .withBean(TelemetryStore.class, () -> store)
                .withBean(PipelineListener.class, () -> listener)
                .run((context) -> {
                    registry[0] = context.getBean(ObservationRegistry.class);
                    Telemetry telemetry = context.getBean(Telemetry.class);
                    for (int i = 0; i < 100; i++) {
                        telemetry.emit("n", i);
                        observe(registry[0]);
                    }
                    Kept.flush(telemetry);
                    StoreStatus status =
                            context.getBean(PipelineView.class).stores().get(0);
                    assertThat(store.records)
                            .filteredOn((record) -> OBSERVED.equals(record.event()))
                            .hasSize(100);
                    assertThat(store.records).hasSize(200);
                    assertThat(status.written()).isEqualTo(200);
                    assertThat(status.dropped()).containsOnlyKeys("reentrant");
                    // Observations are unmetered, so a listener sees the plain records alone; the store sees each
                    // batch.
                    long reentrant = status.dropped().get("reentrant");
                    assertThat(reentrant).isEqualTo(100 + store.writes);
                    assertThat(status.accepted()).isEqualTo(200 + reentrant);
                    reporter.publishEntry(
                            "seen",
                            "%d accepted, %d written, %s"
                                    .formatted(status.accepted(), status.written(), status.dropped()));
                });
    }

    private static void observe(ObservationRegistry registry) {
        Observation.createNotStarted(OBSERVED, registry).observe(() -> {});
    }

    private static final class ObservingStore implements TelemetryStore {

        private final List<TelemetryRecord> records = new CopyOnWriteArrayList<>();

        private volatile Runnable observed = () -> {};

        private volatile int writes;

        @Override
        public String name() {
            return "observing";
        }

        @Override
        public void write(List<TelemetryRecord> batch, boolean durable) {
            this.observed.run();
            this.records.addAll(batch);
            this.writes++;
        }
    }

    @Test
    @FaultRow(
            number = 17,
            injected =
                    "a logback appender that emits, emits durably and flushes on the writer's own WARN and INFO, while "
                            + "its store fails and heals",
            expected = "no recursion, no deadlock; what the writer logs is refused as reentrant, exactly; it heals")
    void theWritersOwnLogDoesNotComeRound(TestReporter reporter) throws Exception {
        Path path = Files.writeString(this.directory.resolve("telemetry.db"), "my notes\n".repeat(100));
        List<String> logged = new CopyOnWriteArrayList<>();
        List<Boolean> ended = new CopyOnWriteArrayList<>();
        Telemetry[] telemetry = {null};
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (event.getThreadName().equals("telemetry-writer") && telemetry[0] != null) {
                    logged.add(event.getLevel() + " " + event.getFormattedMessage());
                    telemetry[0].event(event.getLoggerName());
                    ended.add(
                            telemetry[0].record().event("durable").emitDurably().isCompletedExceptionally());
                    ended.add(!telemetry[0].flush(Duration.ofSeconds(20)));
                }
            }
        };
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        appender.start();
        root.addAppender(appender);
        try (Recorder recorder = new Recorder("sqlite", path)) {
            telemetry[0] = recorder.telemetry;
            recorder.telemetry.emit("n", 1);
            recorder.awaitDegraded();
            recorder.assertExact();
            Files.delete(path);
            Kept.flush(recorder.telemetry);
            recorder.awaitHealed();
            await().untilAsserted(() -> assertThat(logged).anyMatch((line) -> line.endsWith("works again")));
            Kept.flush(recorder.telemetry);
            recorder.assertExact();
            StoreStatus status = recorder.status();
            assertThat(status.written()).isEqualTo(1);
            assertThat(ended).hasSize(2 * logged.size()).containsOnly(true);
            assertThat(status.dropped()).containsExactly(Map.entry("reentrant", 2L * logged.size()));
            reporter.publishEntry(
                    "seen", "%d lines of the writer, %s, 1 record written".formatted(logged.size(), status.dropped()));
        } finally {
            root.detachAppender(appender);
        }
    }

    @Test
    @FaultRow(
            number = 17,
            injected = "a logback appender and a proxy of the DataSource that emit, emit durably and flush on the "
                    + "forwarder's own thread, while PostgreSQL is away and after it came",
            expected = "no feedback; what that thread causes is refused as reentrant, exactly; all else is forwarded")
    void whatForwardingCausesIsNotForwarded(TestReporter reporter) throws Exception {
        PostgresServer server = PostgresServer.shared();
        JdbcTemplate admin = new JdbcTemplate(server.dataSource("postgres"));
        String name = "reentrant" + System.nanoTime();
        RecordingTelemetry[] telemetry = {null};
        AtomicLong caused = new AtomicLong();
        List<Boolean> ended = new CopyOnWriteArrayList<>();
        Consumer<String> emit = (what) -> {
            if (telemetry[0] != null && Thread.currentThread().getName().startsWith("telemetry-forward")) {
                telemetry[0].event(what);
                ended.add(telemetry[0].record().event(what).emitDurably().isCompletedExceptionally());
                ended.add(!telemetry[0].flush(Duration.ofSeconds(20)));
                caused.addAndGet(2);
            }
        };
        DataSource database = new DelegatingDataSource(server.dataSource(name)) {
            @Override
            public Connection getConnection() throws SQLException {
                emit.accept("connection");
                return super.getConnection();
            }
        };
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                emit.accept("log");
            }
        };
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        appender.start();
        root.addAppender(appender);
        try (RecordingTelemetry recorder =
                Fleet.start(Fleet.builder(this.directory.resolve("telemetry.db")), database, "pod-1")) {
            telemetry[0] = recorder;
            for (int i = 0; i < 100; i++) {
                recorder.emit("n", i);
            }
            Fleet.await(() -> Fleet.status(recorder, "jdbc").degraded() != null, "it is degraded");
            admin.execute("CREATE DATABASE " + name);
            Fleet.awaitThrough(recorder, "jdbc");
            recorder.emit("n", 100);
            Fleet.await(() -> Fleet.status(recorder, "jdbc").written() == 101, "the next was sent too");
            recorder.close();
            StoreStatus status = Fleet.status(recorder, "jdbc");
            assertThat(status.written()).isEqualTo(101);
            assertThat(status.dropped()).containsExactly(Map.entry("reentrant", caused.get()));
            assertThat(Fleet.isExact(recorder)).isTrue();
            assertThat(ended).isNotEmpty().containsOnly(true);
            reporter.publishEntry("seen", "101 records forwarded, %s".formatted(status.dropped()));
        } finally {
            root.detachAppender(appender);
        }
        assertThat(new JdbcTemplate(server.dataSource(name))
                        .queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                .isEqualTo(101);
    }
}
