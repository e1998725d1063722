package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.RecordSize;

/** The records that wait for one store: those of the next write, and those that came while it failed. Bounded. */
final class PendingRecords {

    private final int capacity;

    private final long maxBytes;

    // What the next write brings; immutable, so that a store may keep it.
    private List<TelemetryRecord> next = List.of();

    // What came while that waits.
    private final List<TelemetryRecord> behind = new ArrayList<>();

    private long bytes;

    /**
     * Creates an empty one.
     *
     * @param capacity how many records may wait
     * @param maxBytes how many bytes may wait
     */
    PendingRecords(int capacity, long maxBytes) {
        this.capacity = capacity;
        this.maxBytes = maxBytes;
    }

    int size() {
        return this.next.size() + this.behind.size();
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /** Returns whether a batch of so many records and bytes would be taken whole; any batch is when none waits. */
    boolean hasRoom(int records, long bytes) {
        return isEmpty() || (size() + records <= this.capacity && this.bytes + bytes <= this.maxBytes);
    }

    /**
     * Takes records over, as many as there is room for behind those that wait already.
     *
     * @param records immutable; kept as it is where nothing waits
     * @param bytes of all of them, about
     * @return those without room
     */
    List<TelemetryRecord> add(List<TelemetryRecord> records, long bytes) {
        if (isEmpty()) {
            this.next = records;
            this.bytes = bytes;
            return List.of();
        }
        int room = 0;
        int most = Math.min(records.size(), this.capacity - size());
        while (room < most && this.bytes + RecordSize.of(records.get(room)) <= this.maxBytes) {
            this.bytes += RecordSize.of(records.get(room++));
        }
        this.behind.addAll(records.subList(0, room));
        return records.subList(room, records.size());
    }

    /** Returns all that waits, as one immutable list. */
    List<TelemetryRecord> all() {
        if (!this.behind.isEmpty()) {
            List<TelemetryRecord> all = new ArrayList<>(size());
            all.addAll(this.next);
            all.addAll(this.behind);
            this.next = Collections.unmodifiableList(all);
            this.behind.clear();
        }
        return this.next;
    }

    void clear() {
        this.next = List.of();
        this.behind.clear();
    }

    /** Forgets what waits, but for these. */
    void retain(List<TelemetryRecord> records) {
        this.next = List.copyOf(records);
        this.behind.clear();
        this.bytes = this.next.stream().mapToLong(RecordSize::of).sum();
    }
}
