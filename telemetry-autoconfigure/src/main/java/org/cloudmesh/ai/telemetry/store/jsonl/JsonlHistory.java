package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's readings that no record need carry, in a file beside the records: who reads these line by line, as the
 * Python module does, takes each line for a record. A reading is a line like a record's that has the time and
 * {@code system} alone; the files roll early, since packing makes them 20 times smaller. They take a sixteenth of what
 * the store may take.
 *
 * <p>A file that cannot be written keeps no record from being written. Used by the writer's thread, but for
 * {@link #read}.
 */
final class JsonlHistory implements AutoCloseable {

    static final String EXTENSION = ".history";

    private static final Logger logger = LoggerFactory.getLogger(JsonlHistory.class);

    private static final long SHARE = 16;

    private static final long LARGEST = 1 << 20;

    private final JsonlStore store;

    private boolean open;

    private boolean warned;

    private long sequence;

    private volatile long bytes;

    /**
     * Creates a history; nothing is opened.
     *
     * @param records the file that records are in
     * @param retention of both together
     * @param clock tells the age of readings
     */
    JsonlHistory(Path records, Retention retention, Clock clock) {
        Retention own = new Retention(retention.maxAge(), (retention.maxBytes() + SHARE - 1) / SHARE);
        this.store =
                new JsonlStore(records.resolveSibling(records.getFileName() + EXTENSION), own, LARGEST, clock, null);
    }

    /**
     * Writes readings.
     *
     * @throws StoreException when they should come again later: the disk is full, say
     */
    void write(Origin origin, List<SystemReading> readings) throws StoreException {
        List<TelemetryRecord> lines = new ArrayList<>();
        for (SystemReading reading : readings) {
            lines.add(TelemetryRecord.builder(origin, ++this.sequence, reading.at())
                    .reading(reading.system())
                    .build());
        }
        try {
            append(lines);
            this.store.maintain();
            this.warned = false;
        } catch (StoreException ex) {
            if (ex.remedy() == Remedy.RETRY) {
                throw ex;
            }
            this.open = false;
            if (!this.warned) {
                this.warned = true;
                logger.warn("The machine's readings between records are not kept: {}", ex.getMessage());
            }
        } finally {
            this.bytes = this.store.bytes();
        }
    }

    private void append(List<TelemetryRecord> lines) throws StoreException {
        if (this.open) {
            try {
                this.store.write(lines, false);
                return;
            } catch (StoreException ex) {
                if (ex.remedy() != Remedy.REOPEN) {
                    throw ex;
                }
                // Somebody moved or deleted the file.
            }
        }
        this.store.open();
        this.open = true;
        this.store.write(lines, false);
    }

    /** Returns readings of a range, the oldest first. Any thread. */
    List<SystemReading> read(RecordFilter filter, int limit, Deadline deadline) {
        RecordFilter chosen = RecordFilter.builder()
                .command(filter.command())
                .run(filter.run())
                .from(filter.from())
                .to(filter.to())
                .build();
        return this.store.source().readings(chosen, limit, deadline);
    }

    /** Returns the size of the files, as of the last writing. */
    long bytes() {
        return this.bytes;
    }

    /** Looks at the size of what an earlier start wrote. */
    void look() {
        this.bytes = this.store.bytes();
    }

    @Override
    public void close() {
        this.open = false;
        this.store.close();
    }
}
