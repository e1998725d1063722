package org.cloudmesh.ai.telemetry.store.postgresql;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/** Records, and the ids of what they share: process, series and reading. */
final class Batch {

    private static final long DAY = BlockSpan.DAY.micros();

    private static final long HOUR = BlockSpan.HOUR.micros();

    private final List<TelemetryRecord> records;

    private final int[] processes;

    private final int[] series;

    private final @Nullable Long[] readings;

    private final Map<Integer, String> tokens = new HashMap<>();

    // In one order on all connections, so that none waits for another in a circle.
    private final SortedMap<Reading, String> systems = new TreeMap<>();

    private Batch(List<TelemetryRecord> records) {
        this.records = records;
        this.processes = new int[records.size()];
        this.series = new int[records.size()];
        this.readings = new Long[records.size()];
    }

    /** Looks up what records share, and makes known what is new of it, readings aside. */
    static Batch of(List<TelemetryRecord> records, SharedRows shared) throws SQLException {
        Batch batch = new Batch(records);
        Map<Map<String, @Nullable Object>, Hashed> hashes = new IdentityHashMap<>();
        for (int i = 0; i < records.size(); i++) {
            TelemetryRecord record = records.get(i);
            int process = shared.process(record.origin(), record.timestampMicros());
            batch.processes[i] = process;
            batch.tokens.put(process, record.origin().token());
            batch.series[i] = shared.series(process, record);
            Map<String, @Nullable Object> system = record.reading();
            if (system != null) {
                Hashed hashed = hashes.computeIfAbsent(system, Hashed::of);
                batch.readings[i] = hashed.hash;
                batch.systems.put(new Reading(day(record), process, hashed.hash), hashed.json);
            }
        }
        return batch;
    }

    int size() {
        return this.records.size();
    }

    TelemetryRecord record(int index) {
        return this.records.get(index);
    }

    /** Returns the token of a process, which tells it apart wherever its id was given anew. */
    String token(int process) {
        return Objects.requireNonNull(this.tokens.get(process));
    }

    int process(int index) {
        return this.processes[index];
    }

    int series(int index) {
        return this.series[index];
    }

    @Nullable
    Long reading(int index) {
        return this.readings[index];
    }

    /** Returns the readings of the machine, as JSON. */
    SortedMap<Reading, String> systems() {
        return this.systems;
    }

    /** Returns how many records of each process there are in each hour. */
    SortedMap<Hour, Long> hours() {
        SortedMap<Hour, Long> hours = new TreeMap<>();
        for (int i = 0; i < size(); i++) {
            long time = this.records.get(i).timestampMicros();
            hours.merge(new Hour(this.processes[i], Math.floorDiv(time, HOUR) * HOUR), 1L, Long::sum);
        }
        return hours;
    }

    /** Returns the newest record of each process that has a reading, by its index. */
    Map<Integer, Integer> newest() {
        Map<Integer, Integer> newest = new TreeMap<>();
        for (int i = 0; i < size(); i++) {
            if (this.readings[i] != null) {
                newest.merge(
                        this.processes[i],
                        i,
                        (one, other) -> this.records.get(one).sequence()
                                        > this.records.get(other).sequence()
                                ? one
                                : other);
            }
        }
        return newest;
    }

    /** Returns the days of the records, counted since 1970. */
    static SortedSet<Long> days(List<TelemetryRecord> records) {
        SortedSet<Long> days = new TreeSet<>();
        records.forEach((record) -> days.add(day(record)));
        return days;
    }

    /** Returns the day of a record, counted since 1970. */
    static long day(TelemetryRecord record) {
        return Math.floorDiv(record.timestampMicros(), DAY);
    }

    /**
     * An hour of a process.
     *
     * @param process its id
     * @param from where the hour begins, in microseconds since 1970
     */
    record Hour(int process, long from) implements Comparable<Hour> {

        private static final Comparator<Hour> ORDER =
                Comparator.comparingLong(Hour::from).thenComparingInt(Hour::process);

        @Override
        public int compareTo(Hour other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * A reading of a process on a day.
     *
     * @param day counted since 1970
     * @param process its id
     * @param id the first eight bytes of the SHA-256 of its JSON
     */
    record Reading(long day, int process, long id) implements Comparable<Reading> {

        private static final Comparator<Reading> ORDER = Comparator.comparingLong(Reading::day)
                .thenComparingInt(Reading::process)
                .thenComparingLong(Reading::id);

        @Override
        public int compareTo(Reading other) {
            return ORDER.compare(this, other);
        }
    }

    private record Hashed(long hash, String json) {

        static Hashed of(Map<String, @Nullable Object> system) {
            String json = RecordJson.write(system);
            return new Hashed(ByteBuffer.wrap(SharedRows.sha256(json)).getLong(), json);
        }
    }
}
