package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryMetricsAutoConfiguration;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

@Timeout(120)
class LifecycleFaultTests {

    private static final Pattern FINAL = Pattern.compile("final (\\d+) (\\d+) (\\d+) (\\d+) .*");

    @TempDir
    private Path directory;

    @Test
    @FaultRow(
            number = 11,
            injected = "SIGTERM to a Spring Boot application under load, with a request in flight",
            expected = "the request is answered and its last record kept; drained or counted as shutdown, exactly")
    void aTerminatedApplicationDrains(TestReporter reporter) throws Exception {
        Faults.needsLinux();
        Path path = this.directory.resolve("telemetry.db");
        try (Child child = Child.start().main(LoadedApplication.class, path.toString())) {
            String port = child.expect("port").split(" ")[1];
            CompletableFuture<HttpResponse<String>> answer = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/slow"))
                                    .build(),
                            BodyHandlers.ofString());
            child.expect("in flight");
            child.process().toHandle().destroy();
            assertThat(answer.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            String line = child.expect("final");
            assertThat(child.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            Matcher matcher = FINAL.matcher(line);
            assertThat(matcher.matches()).isTrue();
            long accepted = Long.parseLong(matcher.group(1));
            long written = Long.parseLong(matcher.group(2));
            long dropped = Long.parseLong(matcher.group(3));
            assertThat(written + dropped).isEqualTo(accepted);
            assertThat(Long.parseLong(matcher.group(4))).isZero();
            Map<String, Map<Long, Integer>> numbers = Kept.numbers("sqlite", path);
            assertThat(numbers.get("late")).containsEntry(1L, 1);
            assertThat(numbers.get("n").size() + 1).isEqualTo((int) written);
            reporter.publishEntry(
                    "seen",
                    "%d accepted, %d written, %d dropped; late record kept".formatted(accepted, written, dropped));
        }
    }

    @Test
    @FaultRow(
            number = 12,
            injected = "50 restarts of a context with both stores and a shared meter registry",
            expected = "threads, file descriptors and meters constant")
    void restartsLeaveNothingBehind(TestReporter reporter) {
        MeterRegistry registry = new SimpleMeterRegistry();
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        TelemetryAutoConfiguration.class,
                        TelemetryMetricsAutoConfiguration.class,
                        MetricsAutoConfiguration.class,
                        CompositeMeterRegistryAutoConfiguration.class))
                .withBean("registry", MeterRegistry.class, () -> registry, (bean) -> bean.setDestroyMethodName(""))
                .withPropertyValues(
                        "telemetry.backend=sqlite,jsonl", "telemetry.path=" + this.directory.resolve("telemetry.db"));
        String[] figures = new String[50];
        for (int i = 0; i < figures.length; i++) {
            runner.run((context) -> {
                Telemetry telemetry = context.getBean(Telemetry.class);
                telemetry.emit("n", 1);
                Kept.flush(telemetry);
                assertThat(registry.getMeters()).isNotEmpty();
                assertThat(telemetryThreads()).isPositive();
            });
            figures[i] = telemetryThreads() + " threads, " + descriptors() + " descriptors, "
                    + registry.getMeters().size() + " meters";
        }
        reporter.publishEntry("seen", "after 10: " + figures[9] + "; after 50: " + figures[49]);
        assertThat(figures[49]).isEqualTo(figures[9]);
    }

    private static long telemetryThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter((thread) -> thread.getName().startsWith("telemetry"))
                .count();
    }

    private int descriptors() {
        int count = 0;
        File[] all = new File("/proc/self/fd").listFiles();
        if (all == null) {
            return 0;
        }
        for (File descriptor : all) {
            try {
                count += Files.readSymbolicLink(descriptor.toPath()).toString().startsWith(this.directory.toString())
                        ? 1
                        : 0;
            } catch (IOException ex) {
                // Closed meanwhile.
                continue;
            }
        }
        return count;
    }

    @Test
    @FaultRow(
            number = 16,
            injected = "1,000 emits on a Reactor non-blocking thread, the queue full, when-full=block for 5 s",
            expected = "none waits")
    void anEventLoopNeverWaits(TestReporter reporter) {
        try (Telemetry telemetry = Telemetry.builder()
                .backend("sqlite")
                .path(this.directory.toString())
                .closeTimeout(Duration.ZERO)
                .queue(new TelemetrySettings.Queue(16, 1 << 20, WhenFull.BLOCK, Duration.ofSeconds(5)))
                .build()) {
            Long millis = Mono.fromCallable(() -> {
                        long start = System.nanoTime();
                        for (int i = 0; i < 1000; i++) {
                            telemetry.emit("n", i);
                        }
                        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                    })
                    .subscribeOn(Schedulers.parallel())
                    .block();
            StoreStatus status = ((PipelineView) telemetry).stores().get(0);
            assertThat(status.dropped().get("queue-full")).isPositive();
            assertThat(millis).isLessThan(1000);
            reporter.publishEntry("seen", "%d ms, %s".formatted(millis, status.dropped()));
        }
    }

    @Test
    @FaultRow(
            number = 17,
            injected = "a logback appender that emits each log event, the writer's own ones too",
            expected = "no recursion, no deadlock; accounting exact")
    void aLogAppenderMayEmit(TestReporter reporter) {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        try (Recorder recorder = new Recorder("sqlite", this.directory.resolve("telemetry.db"))) {
            AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    recorder.telemetry.event(event.getLoggerName());
                }
            };
            appender.start();
            root.addAppender(appender);
            try {
                for (int i = 0; i < 100; i++) {
                    root.info("message {}", i);
                    Kept.flush(recorder.telemetry);
                }
                recorder.assertExact();
                StoreStatus status = recorder.status();
                assertThat(status.written()).isBetween(100L, 1000L);
                reporter.publishEntry("seen", "%d written, %s".formatted(status.written(), status.dropped()));
            } finally {
                root.detachAppender(appender);
            }
        }
    }

    @Test
    @FaultRow(
            number = 22,
            injected = "a trigger in the SQLite file refuses 1 of 10,000 records",
            expected = "9,999 written, 1 in the dead-letter file with its reason")
    void thePoisonRecordIsDeadLettered(TestReporter reporter) throws Exception {
        Path path = this.directory.resolve("telemetry.db");
        try (Recorder recorder = new Recorder("sqlite", path)) {
            recorder.telemetry.emit("n", 0);
            Kept.flush(recorder.telemetry);
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path)) {
                connection
                        .createStatement()
                        .executeUpdate("CREATE TRIGGER poison BEFORE INSERT ON record WHEN NEW.v0 = 4711 "
                                + "BEGIN SELECT RAISE(ABORT, 'poison'); END");
            }
            for (int i = 1; i < 10_000; i++) {
                recorder.telemetry.emit("n", i);
            }
            recorder.telemetry.flush(Duration.ofSeconds(20));
            recorder.assertExact();
            assertThat(recorder.status().written()).isEqualTo(9_999);
            assertThat(recorder.status().dropped()).containsExactly(Map.entry("rejected", 1L));
        }
        String letters = Files.readString(this.directory.resolve("telemetry.db.dead-letter.jsonl"));
        assertThat(letters).contains("4711", "poison");
        assertThat(letters.lines()).hasSize(1);
        reporter.publishEntry("seen", "9999 written, 1 dead letter that names its reason");
    }
}
