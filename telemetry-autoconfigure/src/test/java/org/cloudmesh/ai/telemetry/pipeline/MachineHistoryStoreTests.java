package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.jsonl.JsonlStoreFactory;
import org.cloudmesh.ai.telemetry.store.memory.MemoryStoreFactory;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A recorder whose machine and clock are the test's, in front of each store. */
@Timeout(60)
class MachineHistoryStoreTests {

    private static final Instant START = Instant.parse("2026-11-24T22:20:00Z");

    @TempDir
    private Path directory;

    private final Machine machine = new Machine();

    private @Nullable RecordingTelemetry telemetry;

    @AfterEach
    void close() {
        if (this.telemetry != null) {
            this.telemetry.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl", "memory"})
    void anIdleMinuteHasReadingsAndNoRecords(String backend) {
        start(backend, "first");
        for (int second = 0; second <= 60; second++) {
            read(second, 10);
        }
        awaitReading(60);
        TelemetryReader reader = reader();
        assertThat(reader.readings(RecordFilter.ALL, 1000))
                .extracting(SystemReading::at)
                .containsExactlyElementsOf(
                        Stream.iterate(at(0), (at) -> at + 10_000_000L).limit(7).toList());
        assertThat(reader.count(RecordFilter.ALL, Deadline.none())).isZero();
        assertThat(reader.runs(RecordFilter.ALL).runs()).isEmpty();
        StoreStatus status = this.telemetry.stores().get(0);
        assertThat(List.of(status.accepted(), status.written(), status.queued()))
                .containsOnly(0L);
        assertThat(status.dropped()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl"})
    void theHistoryGoesOnAfterARestartAndEndsWithTheLastReading(String backend) {
        start(backend, "first");
        for (int second = 0; second <= 25; second++) {
            read(second, 10);
        }
        awaitReading(20);
        this.telemetry.close();
        start(backend, "second");
        for (int second = 100; second <= 125; second++) {
            read(second, 20);
        }
        awaitReading(120);
        TelemetryReader reader = reader();
        assertThat(reader.readings(RecordFilter.ALL, 1000))
                .extracting(SystemReading::at)
                .containsExactly(at(0), at(10), at(20), at(25), at(100), at(110), at(120));
        assertThat(reader.readings(RecordFilter.builder().run("second").build(), 1000))
                .extracting((reading) -> reading.system().get("cpu_percent"))
                .containsOnly(20.0)
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl", "memory"})
    void aJobOfTenMinutesTellsWhatTheMachineDidMeanwhile(String backend) throws Exception {
        start(backend, "first");
        for (int second = 0; second <= 700; second++) {
            // Busy for half of the job, idle before and after it.
            read(second, second < 50 || second > 650 ? 1 : second <= 350 ? 90 : 30);
        }
        emitJob(650, 600);
        assertThat(this.telemetry.flush(Duration.ofSeconds(10))).isTrue();
        TelemetryRecord record =
                reader().records(RecordFilter.ALL, null, 10).records().get(0);
        assertThat(record.during())
                .containsEntry("seconds", 600.0)
                .containsEntry("cpu_percent_max", 90.0)
                .containsEntry("gpu_percent_max", 45.0)
                .containsEntry("cpu_percent_avg", 60.05)
                .containsEntry("gpu_percent_avg", 30.02)
                .satisfies((during) -> {
                    assertThat(((Number) during.get("readings")).intValue()).isEqualTo(601);
                    assertThat(((Number) during.get("memory_used_max")).longValue())
                            .isEqualTo(90_000_000_000L);
                    assertThat(((Number) during.get("gpu_memory_used_max")).longValue())
                            .isEqualTo(900_000_000L);
                })
                // 180 W for 300 s, 120 W in the second in between, 60 W for 299 s.
                .containsEntry("gpu_energy", 72_060.0);
        assertThat(record.system()).containsEntry("during", record.during()).containsKey("cpu_percent");
        assertThat(this.telemetry.stores().get(0).written()).isEqualTo(1);
        if (backend.equals("sqlite")) {
            assertThat(column("SELECT system FROM telemetry")).containsEntry("during", record.during());
        } else if (backend.equals("jsonl")) {
            List<String> lines = Files.readAllLines(path(backend));
            assertThat(lines).hasSize(1);
            assertThat(RecordJson.read(lines.get(0)).get("system"))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("during", record.during());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "jsonl", "memory"})
    void aJobThatIsLongerThanMemoryIsAnsweredFromTheStoreToo(String backend) {
        start(backend, "first");
        for (int second = 0; second <= 3 * 3600; second++) {
            read(second, second < 2 * 3600 ? 20 : 80);
            if (second % 1800 == 0 && second > 0) {
                awaitReading(second);
            }
        }
        eventuallyDuring(3 * 3600, 3 * 3600, (during) -> {
            assertThat((Double) during.get("seconds")).isBetween(10_790.0, 10_800.0);
            assertThat((Double) during.get("cpu_percent_avg")).isBetween(39.9, 40.1);
            assertThat((Double) during.get("cpu_percent_max")).isEqualTo(80.0);
            // 40 W for two hours, 160 W for one.
            assertThat((Double) during.get("gpu_energy")).isBetween(863_000.0, 865_000.0);
        });
    }

    @Test
    void aJobThatAnEarlierStartBeganIsAnsweredFromTheFile() {
        start("sqlite", "first");
        for (int second = 0; second <= 60; second++) {
            read(second, 20);
        }
        awaitReading(60);
        this.telemetry.close();
        start("sqlite", "second");
        for (int second = 70; second <= 80; second++) {
            read(second, 20);
        }
        eventuallyDuring(
                80,
                60,
                (during) -> assertThat(during)
                        .containsEntry("seconds", 60.0)
                        .containsEntry("gpu_energy", 2_400.0)
                        .containsEntry("readings", 16L));
    }

    @Test
    @Timeout(300)
    void aDayTakesLessThanAMegabyteAndAHalf() throws Exception {
        Random random = new Random(1);
        List<String> backends = List.of("sqlite", "jsonl");
        start(backends, "first");
        for (int second = 0; second < 86_400; second += 10) {
            this.machine.read(at(second), likeAMachine(random));
            if (second % 3600 == 3590) {
                for (String backend : backends) {
                    awaitReading(() -> this.telemetry.source(backend), second);
                }
            }
        }
        this.telemetry.close();
        for (String backend : backends) {
            long bytes;
            try (Stream<Path> files = Files.list(this.directory.resolve(backend))) {
                bytes = files.mapToLong((file) -> file.toFile().length()).sum();
            }
            assertThat(bytes).as(backend).isLessThan(1_500_000);
        }
    }

    private void awaitReading(int second) {
        awaitReading(this.telemetry::source, second);
    }

    private static void awaitReading(Supplier<RecordSource> source, int second) {
        Instant at = START.plusSeconds(second);
        RecordFilter moment = RecordFilter.ALL.between(at, at.plusMillis(1));
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        new TelemetryReader(source.get()).readings(moment, 10).size() == 1);
    }

    private TelemetryReader reader() {
        return new TelemetryReader(this.telemetry.source());
    }

    private void read(int second, double cpu) {
        Map<String, @Nullable Object> system = new LinkedHashMap<>();
        system.put("sampled_at", START.plusSeconds(second).toString());
        system.put("cpu", "AMD EPYC");
        system.put("cpu_percent", cpu);
        system.put("memory_used", (long) cpu * 1_000_000_000L);
        system.put("gpu_percent", cpu / 2);
        system.put("gpu_memory_used", (long) cpu * 10_000_000L);
        system.put("gpus", List.of(Map.of("index", 0, "power", 2 * cpu)));
        this.machine.read(at(second), system);
    }

    /** Asks of jobs, one after the other: one that a busy store answers too late knows only what memory has. */
    private void eventuallyDuring(int end, int seconds, Consumer<Map<String, Object>> assertion) {
        await().atMost(Duration.ofSeconds(50)).untilAsserted(() -> {
            emitJob(end, seconds);
            assertThat(this.telemetry.flush(Duration.ofSeconds(10))).isTrue();
            assertion.accept(reader().records(RecordFilter.ALL, null, 1_000)
                    .records()
                    .get(0)
                    .during());
        });
    }

    private void emitJob(int end, int seconds) {
        this.telemetry
                .record()
                .event("train")
                .metric("duration_sec", seconds)
                .timestamp(START.plusSeconds(end))
                .emit();
    }

    private static long at(int second) {
        return (START.getEpochSecond() + second) * 1_000_000;
    }

    /** A reading as Linux gives it, of a machine with a card. */
    private static Map<String, @Nullable Object> likeAMachine(Random random) {
        Map<String, @Nullable Object> system = new LinkedHashMap<>();
        for (String constant : List.of("cpu", "gpu_model", "os", "os_version", "arch", "jvm", "java_version")) {
            system.put(constant, "a text that does not change");
        }
        for (String percent : List.of("cpu_percent", "process_cpu_percent", "host_cpu_percent", "gpu_percent")) {
            system.put(percent, random.nextDouble() * 100);
        }
        for (String bytes : List.of(
                "memory_used",
                "swap_used",
                "process_memory",
                "heap_used",
                "gpu_memory_used",
                "disk_free",
                "host_memory_used")) {
            system.put(bytes, random.nextLong(1L << 38));
        }
        for (String other : List.of("container_cpu_limit", "temperature", "k8s_pod", "container_memory_limit")) {
            system.put(other, null);
        }
        system.put("memory_total", 1L << 38);
        system.put("cpu_frequency", 2_000_000_000L + random.nextInt(1_000_000_000));
        system.put("load_1m", random.nextDouble() * 16);
        Map<String, @Nullable Object> card = new LinkedHashMap<>();
        card.put("index", 0);
        card.put("id", "GPU-0");
        card.put("memory_total", 1L << 36);
        card.put("memory_used", random.nextLong(1L << 36));
        card.put("percent", random.nextDouble() * 100);
        card.put("temperature", 40.0 + random.nextInt(40));
        card.put("power", random.nextDouble() * 400);
        system.put("gpus", List.of(card));
        return system;
    }

    private Map<String, @Nullable Object> column(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path("sqlite"));
                ResultSet row = connection.createStatement().executeQuery(sql)) {
            return RecordJson.read(row.getString(1));
        }
    }

    private Path path(String backend) {
        return this.directory.resolve(backend).resolve("telemetry." + backend);
    }

    private void start(String backend, String run) {
        start(List.of(backend), run);
    }

    private void start(List<String> backends, String run) {
        Clock clock = this.machine.withZone(ZoneOffset.UTC);
        TelemetrySettings settings = Telemetry.builder()
                .closeTimeout(Duration.ofSeconds(5))
                .clock(clock)
                .context(new TelemetrySettings.Context(true, Duration.ofSeconds(1)))
                .settings();
        List<TelemetryStore> stores = new ArrayList<>();
        for (String backend : backends) {
            StoreSettings store = new StoreSettings(path(backend), settings.retention(), clock);
            stores.add(
                    switch (backend) {
                        case "sqlite" -> new SqliteStoreFactory().create(store);
                        case "jsonl" -> new JsonlStoreFactory().create(store);
                        default -> new MemoryStoreFactory().create(store);
                    });
        }
        this.telemetry = new RecordingTelemetry(
                settings,
                new Origin("token-" + run, "test", run, Map.of()),
                this.machine,
                stores,
                List.of(),
                List.of(),
                null);
        this.telemetry.start();
    }

    /** A machine that is read when the test says so, and its clock. */
    private static final class Machine implements ContextSource, InstantSource {

        private volatile long micros = at(0);

        private final List<ReadingListener> listeners = new ArrayList<>();

        private volatile @Nullable Map<String, @Nullable Object> system;

        @Override
        public void onReading(ReadingListener listener) {
            this.listeners.clear();
            this.listeners.add(listener);
        }

        @Override
        public @Nullable Map<String, @Nullable Object> system() {
            return this.system;
        }

        @Override
        public @Nullable Map<String, @Nullable Object> constants() {
            return Map.of("cpu", "AMD EPYC", "cpu_percent", 0.0);
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plus(this.micros, ChronoUnit.MICROS);
        }

        void read(long micros, Map<String, @Nullable Object> system) {
            this.system = system;
            this.micros = micros;
            this.listeners.forEach((listener) -> listener.onReading(micros, system));
        }
    }
}
