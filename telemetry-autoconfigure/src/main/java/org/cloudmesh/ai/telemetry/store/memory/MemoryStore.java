package org.cloudmesh.ai.telemetry.store.memory;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.query.Block;
import org.cloudmesh.ai.telemetry.store.query.EvenSampler;
import org.cloudmesh.ai.telemetry.store.query.MemoryRecordView;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.Scan;
import org.cloudmesh.ai.telemetry.store.query.Segment;
import org.cloudmesh.ai.telemetry.store.query.Storage;

/** Keeps the newest records in memory; they are gone with the process. */
final class MemoryStore implements TelemetryStore {

    static final int CAPACITY = 100_000;

    private static final int CHUNK = 1_000;

    // About two kilobytes each. Of more, every second one goes.
    private static final int READINGS = 2_000;

    private final int capacity;

    private final Deque<Chunk> chunks = new ArrayDeque<>();

    private final Map<Origin, Long> written = new HashMap<>();

    private int size;

    private final EvenSampler<KeptReading> readings = new EvenSampler<>(READINGS);

    private final RecordSource source = new QueryEngine(new Storage() {

        @Override
        public Snapshot snapshot(long from, long to, Deadline deadline) {
            return MemoryStore.this.snapshot();
        }

        @Override
        public List<SystemReading> history(RecordFilter filter, int limit, Deadline deadline) {
            return MemoryStore.this.history(filter, limit);
        }
    });

    MemoryStore(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) {
        synchronized (this.chunks) {
            for (TelemetryRecord record : batch) {
                Long last = this.written.get(record.origin());
                if (last == null || record.sequence() > last) {
                    this.written.put(record.origin(), record.sequence());
                    add(record);
                }
            }
        }
    }

    private void add(TelemetryRecord record) {
        Chunk chunk = this.chunks.peekLast();
        if (chunk == null || chunk.records.size() == CHUNK) {
            chunk = new Chunk();
            this.chunks.add(chunk);
        }
        chunk.add(record);
        if (++this.size > this.capacity) {
            Chunk oldest = this.chunks.element();
            oldest.records.remove(0);
            this.size--;
            if (oldest.records.isEmpty()) {
                this.chunks.remove();
            }
        }
    }

    @Override
    public void writeReadings(Origin origin, List<SystemReading> readings) {
        synchronized (this.readings) {
            readings.forEach((reading) -> this.readings.add(new KeptReading(origin, reading)));
        }
    }

    private List<SystemReading> history(RecordFilter filter, int limit) {
        List<KeptReading> kept;
        synchronized (this.readings) {
            kept = this.readings.toList();
        }
        EvenSampler<SystemReading> chosen = new EvenSampler<>(limit);
        kept.stream()
                .filter((reading) -> reading.passes(filter))
                .map(KeptReading::reading)
                .forEach(chosen::add);
        return chosen.toList();
    }

    @Override
    public RecordSource source() {
        return this.source;
    }

    private Storage.Snapshot snapshot() {
        synchronized (this.chunks) {
            List<View> views = this.chunks.stream().map(Chunk::view).toList();
            return () -> List.of(new MemorySegment(views));
        }
    }

    private record MemorySegment(List<View> blocks) implements Segment {

        @Override
        public void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor) {
            for (Block block : blocks) {
                for (TelemetryRecord record : ((View) block).content) {
                    if (!visitor.test(new MemoryRecordView(record))) {
                        return;
                    }
                }
            }
        }
    }

    private static final class Chunk {

        private final List<TelemetryRecord> records = new ArrayList<>(CHUNK);

        private long first = Long.MAX_VALUE;

        private long last = Long.MIN_VALUE;

        void add(TelemetryRecord record) {
            this.records.add(record);
            this.first = Math.min(this.first, record.timestampMicros());
            this.last = Math.max(this.last, record.timestampMicros());
        }

        View view() {
            return new View(List.copyOf(this.records), this.first, this.last);
        }
    }

    private record View(List<TelemetryRecord> content, long first, long last) implements Block {}

    private record KeptReading(Origin origin, SystemReading reading) {

        boolean passes(RecordFilter filter) {
            Instant at = EpochMicros.instant(this.reading.at());
            return (filter.from() == null || !at.isBefore(filter.from()))
                    && (filter.to() == null || at.isBefore(filter.to()))
                    && (filter.run() == null || filter.run().equals(this.origin.run()))
                    && (filter.command() == null || filter.command().equals(this.origin.command()));
        }
    }
}
