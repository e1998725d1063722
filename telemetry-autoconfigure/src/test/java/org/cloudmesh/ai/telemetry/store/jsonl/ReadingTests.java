package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The machine's history over many blocks, of which each record has a reading of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadingTests {

    private static final int RECORDS = 20_000;

    private static final long INTERVAL = 1_000_000;

    // Makes blocks of some 250 records, about 80 of them.
    private static final int MESSAGE = 2_000;

    @TempDir
    private static Path directory;

    private JsonlStore store;

    @BeforeAll
    void fill() throws Exception {
        this.store = new JsonlStore(
                directory.resolve("telemetry.jsonl"), new Retention(null, 120_000_000), Clock.systemUTC());
        this.store.open();
        Random random = new Random(1);
        byte[] noise = new byte[MESSAGE];
        for (int from = 0; from < RECORDS; from += 500) {
            List<TelemetryRecord> batch = new ArrayList<>();
            for (int i = from; i < from + 500; i++) {
                random.nextBytes(noise);
                batch.add(TelemetryRecord.builder(Records.origin("aa", "train", run(i)), i + 1, at(i))
                        .status(i % 10 == 3 ? Status.FAILED : Status.COMPLETED)
                        .system(Records.system(i))
                        .message(HexFormat.of().formatHex(noise))
                        .build());
            }
            this.store.write(batch, false);
        }
        for (int i = 0;
                i < 2_000 && files().stream().filter(RolledFiles::isPacked).count() < files().size() - 1;
                i++) {
            this.store.maintain();
        }
        readings(RecordFilter.ALL, 1);
    }

    private static String run(int record) {
        return record < RECORDS / 2 ? "r1" : record < RECORDS / 2 + 500 ? "r2" : "r3";
    }

    private static long at(int record) {
        return Records.START + record * INTERVAL;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter((file) -> !file.toString().endsWith(".lock")).toList();
        }
    }

    @AfterAll
    void close() {
        this.store.close();
    }

    private List<SystemReading> readings(RecordFilter filter, int limit) throws Exception {
        return this.store.source().readings(filter, limit, Deadline.none());
    }

    private static RecordFilter between(int from, int to) {
        return RecordFilter.ALL.between(EpochMicros.instant(at(from)), EpochMicros.instant(at(to)));
    }

    @Test
    void aLongRangeIsThinnedOutEvenlyFromItsFirstReadingToItsLast() throws Exception {
        for (int limit : new int[] {20, 100, 1000}) {
            for (int[] range : new int[][] {{0, RECORDS}, {1_234, 17_777}, {5_000, RECORDS - 1}}) {
                assertThinned(readings(between(range[0], range[1]), limit), range[0], range[1] - 1, limit);
            }
            assertThinned(readings(RecordFilter.ALL, limit), 0, RECORDS - 1, limit);
        }
    }

    private static void assertThinned(List<SystemReading> readings, int first, int last, int limit) {
        assertThat(readings).hasSizeBetween(Math.min(limit / 2, 50), limit);
        assertThat(readings.get(0).at()).isEqualTo(at(first));
        assertThat(readings.get(readings.size() - 1).at()).isEqualTo(at(last));
        long average = (at(last) - at(first)) / (readings.size() - 1);
        for (int i = 1; i < readings.size(); i++) {
            assertThat(readings.get(i).at() - readings.get(i - 1).at())
                    .as("gap %d of %d", i, readings.size())
                    .isBetween(1L, 3 * average);
        }
        for (SystemReading reading : readings) {
            assertThat(reading.system()).isEqualTo(Records.system((reading.at() - Records.START) / INTERVAL));
        }
    }

    @Test
    void aSingleReadingIsTheFirst() throws Exception {
        assertThat(readings(RecordFilter.ALL, 1)).extracting(SystemReading::at).containsExactly(at(0));
    }

    @Test
    void aShortRangeIsExact() throws Exception {
        assertThat(readings(between(3_000, 3_700), 1000))
                .extracting(SystemReading::at)
                .containsExactly(LongStream.range(3_000, 3_700)
                        .mapToObj((i) -> at((int) i))
                        .toArray(Long[]::new));
    }

    @Test
    void filtersHold() throws Exception {
        assertThat(readings(RecordFilter.builder().status("failed").build(), 200))
                .hasSizeBetween(50, 200)
                .allSatisfy((reading) -> assertThat((reading.at() - Records.START) / INTERVAL % 10)
                        .isEqualTo(3));
        // This run is in a few blocks only.
        assertThat(readings(ofRun("r2"), 1000))
                .extracting(SystemReading::at)
                .hasSize(500)
                .startsWith(at(RECORDS / 2))
                .endsWith(at(RECORDS / 2 + 499));
        assertThat(readings(ofRun("nobody"), 1000)).isEmpty();
    }

    private static RecordFilter ofRun(String run) {
        return RecordFilter.builder().run(run).build();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void readsWhatIsShownAndNotWhatIsThere() throws Exception {
        long few = bytesRead(() -> readings(between(0, 16_000), 20));
        assertThat(few).isLessThan(packedBytes() / 6);
        assertThat(bytesRead(() -> readings(between(0, 16_000), 100))).isLessThan(packedBytes() / 3);
        // Half of the lines take as much.
        assertThat(few).isLessThan(bytesRead(() -> readings(between(0, 8_000), 20)) * 3 / 2);
    }

    private static long packedBytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += RolledFiles.isPacked(file) ? Files.size(file) : 0;
        }
        assertThat(bytes).isGreaterThan(30_000_000);
        return bytes;
    }

    /** Returns how many bytes this thread read from files, as the kernel counts them. */
    private static long bytesRead(Query query) throws Exception {
        long before = bytesRead();
        query.run();
        return bytesRead() - before;
    }

    private static long bytesRead() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/io")).stream()
                .filter((line) -> line.startsWith("rchar: "))
                .mapToLong((line) -> Long.parseLong(line.substring("rchar: ".length())))
                .sum();
    }

    @FunctionalInterface
    private interface Query {

        void run() throws Exception;
    }
}
