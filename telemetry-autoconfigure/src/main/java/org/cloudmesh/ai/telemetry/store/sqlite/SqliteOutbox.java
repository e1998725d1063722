package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Outbox;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordSize;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.jspecify.annotations.Nullable;

/** What one remote store has yet to receive; {@link Outboxes} says how that is known. */
final class SqliteOutbox implements Outbox {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    // Counting a long backlog reads it all.
    private static final Duration COUNTING_PATIENCE = Duration.ofSeconds(30);

    // Two batches are in memory for each remote store, however small the heap is.
    private static final long BATCH_BYTES =
            Math.max(1 << 20, Math.min(8 << 20, Runtime.getRuntime().maxMemory() / 64));

    private final String reader;

    private final SqliteStorage storage;

    private final ReentrantLock lock;

    // What was read and not yet acknowledged, and what was acknowledged and not yet noted.
    private final Deque<Chunk> unanswered = new ArrayDeque<>();

    private final Deque<Chunk> arrived = new ArrayDeque<>();

    private boolean attached;

    private int id;

    private long epoch;

    /** Rows up to this one were read, and late ones up to that number. */
    private long position = -1;

    private long late;

    private int noting;

    private long lostNow;

    private long ownLostNow;

    private long sent;

    private long ownSent;

    private long lost;

    private long ownLost;

    private @Nullable String own;

    SqliteOutbox(String reader, SqliteStorage storage, ReentrantLock lock) {
        this.reader = reader;
        this.storage = storage;
        this.lock = lock;
    }

    String reader() {
        return this.reader;
    }

    /** The file that is open now says so. A batch that was read from another file is not noted in this one. */
    void attach(int id, long position, long epoch) {
        this.lock.lock();
        try {
            if (!this.attachedBefore(epoch)) {
                this.arrived.clear();
                this.unanswered.clear();
                this.position = position;
                this.late = 0;
            }
            this.id = id;
            this.epoch = epoch;
            this.attached = true;
        } finally {
            this.lock.unlock();
        }
    }

    private boolean attachedBefore(long epoch) {
        return this.id != 0 && this.epoch == epoch;
    }

    void detach() {
        this.lock.lock();
        try {
            this.attached = false;
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public Batch read(int most) throws StoreException {
        this.lock.lock();
        try {
            if (!this.attached) {
                throw new StoreException(StoreException.Remedy.RETRY, "the local file is not open", null);
            }
            Chunk chunk = ask(PATIENCE, (database, catalog) -> next(database, catalog, most));
            if (!chunk.records.isEmpty()) {
                this.unanswered.add(chunk);
                if (chunk.late) {
                    this.late = chunk.to;
                } else {
                    this.position = chunk.to;
                }
            }
            return chunk;
        } finally {
            this.lock.unlock();
        }
    }

    private Chunk next(Database database, StoredSeriesCatalog.View catalog, int most) throws SQLException {
        // Another process that forwards the same file may be ahead.
        long noted = database.number("SELECT position FROM outbox WHERE id = ?", -1, this.id);
        if (noted > this.position && this.arrived.isEmpty() && this.unanswered.isEmpty()) {
            this.position = noted;
        }
        RecordRows rows = new RecordRows(database, catalog);
        List<TelemetryRecord> records = new ArrayList<>();
        List<Long> ids = new ArrayList<>();
        long end = this.late;
        long bytes = 0;
        try (ResultSet found = database.query(
                "SELECT " + RecordRows.COLUMNS + ", n FROM outbox_late JOIN record ON record.id = row"
                        + " WHERE n > ? AND outbox = ? ORDER BY n LIMIT " + most,
                this.late,
                this.id)) {
            while (found.next() && bytes < BATCH_BYTES) {
                TelemetryRecord record = rows.read(found);
                bytes += RecordSize.of(record);
                records.add(record);
                ids.add(found.getLong(1));
                end = found.getLong("n");
            }
        }
        if (!records.isEmpty()) {
            // Behind the late ones are the others.
            return new Chunk(this.epoch, records, ids(ids), true, -1, end, true);
        }
        end = this.position;
        try (ResultSet found = database.query(
                "SELECT " + RecordRows.COLUMNS + " FROM record WHERE id > ? ORDER BY id LIMIT " + most,
                this.position)) {
            while (found.next() && bytes < BATCH_BYTES) {
                TelemetryRecord record = rows.read(found);
                bytes += RecordSize.of(record);
                records.add(record);
                end = found.getLong(1);
                ids.add(end);
            }
        }
        boolean hasNext = records.size() == most || bytes >= BATCH_BYTES;
        return new Chunk(this.epoch, records, ids(ids), false, this.position, end, hasNext);
    }

    private static long[] ids(List<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public void acknowledge(Batch batch) {
        Chunk chunk = (Chunk) batch;
        this.lock.lock();
        try {
            this.sent += chunk.records.size();
            for (TelemetryRecord record : chunk.records) {
                if (record.origin().token().equals(this.own)) {
                    this.ownSent++;
                }
            }
            if (chunk == this.unanswered.peek()) {
                this.arrived.add(this.unanswered.remove());
            }
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public void release() throws StoreException {
        this.lock.lock();
        try {
            while (this.attached && !this.unanswered.isEmpty()) {
                countLost(this.unanswered.remove());
            }
        } finally {
            this.lock.unlock();
        }
    }

    private void countLost(Chunk chunk) throws StoreException {
        Set<Long> present = ask(PATIENCE, (database, catalog) -> present(database, chunk));
        for (int i = 0; i < chunk.ids.length; i++) {
            if (!present.contains(chunk.ids[i])) {
                this.lost++;
                this.ownLost += chunk.records.get(i).origin().token().equals(this.own) ? 1 : 0;
            }
        }
    }

    private static Set<Long> present(Database database, Chunk chunk) throws SQLException {
        Set<Long> present = new HashSet<>();
        if (chunk.late) {
            for (long row : chunk.ids) {
                if (database.number("SELECT count(*) FROM record WHERE id = ?", 0, row) > 0) {
                    present.add(row);
                }
            }
            return present;
        }
        try (ResultSet rows = between(database, chunk)) {
            while (rows.next()) {
                present.add(rows.getLong(1));
            }
        }
        return present;
    }

    private static ResultSet between(Database database, Chunk chunk) throws SQLException {
        return database.query("SELECT id FROM record WHERE id > ? AND id <= ? ORDER BY id", chunk.from, chunk.to);
    }

    @Override
    public Backlog backlog() throws StoreException {
        long position;
        long late;
        List<Chunk> unanswered;
        this.lock.lock();
        try {
            if (!this.attached) {
                throw new StoreException(StoreException.Remedy.RETRY, "the local file is not open", null);
            }
            position = this.position;
            late = this.late;
            unanswered = List.copyOf(this.unanswered);
        } finally {
            this.lock.unlock();
        }
        return ask(COUNTING_PATIENCE, (database, catalog) -> {
            long records = database.number("SELECT count(*) FROM record WHERE id > ?", 0, position)
                    + database.number("SELECT count(*) FROM outbox_late WHERE n > ? AND outbox = ?", 0, late, this.id);
            long oldest = database.number("SELECT min(id) FROM record WHERE id > ?", Long.MAX_VALUE, position);
            oldest = Math.min(
                    oldest,
                    database.number(
                            "SELECT min(row) FROM outbox_late WHERE n > ? AND outbox = ?",
                            Long.MAX_VALUE,
                            late,
                            this.id));
            for (Chunk chunk : unanswered) {
                records += chunk.ids.length;
                oldest = Math.min(oldest, chunk.ids[0]);
            }
            return new Backlog(records, oldest == Long.MAX_VALUE ? null : RowIds.micros(oldest));
        });
    }

    @Override
    public Totals totals() {
        this.lock.lock();
        try {
            return new Totals(this.sent, this.ownSent, this.lost, this.ownLost);
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public void own(String token) {
        this.lock.lock();
        try {
            this.own = token;
        } finally {
            this.lock.unlock();
        }
    }

    boolean pending() {
        this.lock.lock();
        try {
            return !this.arrived.isEmpty();
        } finally {
            this.lock.unlock();
        }
    }

    void note(Database database) throws SQLException {
        List<Chunk> chunks;
        this.lock.lock();
        try {
            chunks = List.copyOf(this.arrived);
            this.noting = chunks.size();
        } finally {
            this.lock.unlock();
        }
        for (Chunk chunk : chunks) {
            if (chunk.late) {
                for (long row : chunk.ids) {
                    database.update(
                            "DELETE FROM outbox_late WHERE row = ? AND outbox = ? AND n <= ?", row, this.id, chunk.to);
                }
            } else {
                listUnsent(database, chunk);
                database.update(
                        "UPDATE outbox SET position = max(position, ?) WHERE id = ? AND epoch = ?",
                        chunk.to,
                        this.id,
                        chunk.epoch);
            }
        }
    }

    /** Lists what came in between the rows of a batch while it was on its way. */
    private void listUnsent(Database database, Chunk chunk) throws SQLException {
        List<Long> unsent = new ArrayList<>();
        try (ResultSet rows = between(database, chunk)) {
            while (rows.next()) {
                if (!chunk.contains(rows.getLong(1))) {
                    unsent.add(rows.getLong(1));
                }
            }
        }
        for (long row : unsent) {
            database.update("INSERT INTO outbox_late (outbox, row) VALUES (?, ?)", this.id, row);
        }
    }

    void noted() {
        this.lock.lock();
        try {
            for (; this.noting > 0; this.noting--) {
                this.arrived.poll();
            }
        } finally {
            this.lock.unlock();
        }
    }

    /** Returns the first row that was not noted as sent. */
    long firstUnsent(Database database) throws SQLException {
        long late = database.number("SELECT min(row) FROM outbox_late WHERE outbox = ?", Long.MAX_VALUE, this.id);
        long position = database.number("SELECT position FROM outbox WHERE id = ?", -1, this.id);
        return Math.min(late, position + 1);
    }

    /** Counts which of the rows that are about to be removed nobody will send. The caller holds the lock. */
    void count(Database database, long from, long to, String kept) throws SQLException {
        this.lostNow = 0;
        this.ownLostNow = 0;
        Set<Long> late = new HashSet<>();
        try (ResultSet rows = database.query(
                "SELECT row FROM outbox_late WHERE n > ? AND outbox = ? AND row >= ? AND row < ?",
                this.late,
                this.id,
                from,
                to)) {
            while (rows.next()) {
                late.add(rows.getLong(1));
            }
        }
        long noted = database.number("SELECT position FROM outbox WHERE id = ?", -1, this.id);
        if (to <= noted && late.isEmpty()) {
            return;
        }
        try (ResultSet rows = database.query(
                "SELECT r.id, p.token FROM record r JOIN kind k ON k.id = r.kind JOIN process p ON p.id = k.process"
                        + " WHERE r.id >= ? AND r.id < ? AND NOT r." + kept,
                from,
                to)) {
            while (rows.next()) {
                long row = rows.getLong(1);
                boolean between = row > noted
                        && row <= this.position
                        && this.unanswered.stream().noneMatch((chunk) -> chunk.contains(row))
                        && this.arrived.stream().noneMatch((chunk) -> chunk.contains(row));
                if (row > this.position || between || late.contains(row)) {
                    this.lostNow++;
                    this.ownLostNow += rows.getString(2).equals(this.own) ? 1 : 0;
                }
            }
        }
    }

    void counted(boolean committed) {
        if (committed) {
            this.lost += this.lostNow;
            this.ownLost += this.ownLostNow;
        }
        this.lostNow = 0;
        this.ownLostNow = 0;
    }

    private <T> T ask(Duration patience, SqliteStorage.Question<T> question) throws StoreException {
        try {
            return this.storage.ask(Deadline.after(patience), question);
        } catch (QueryException ex) {
            throw new StoreException(
                    StoreException.Remedy.RETRY, "the local file cannot be read: " + ex.getMessage(), ex);
        }
    }

    /**
     * Rows that were read together.
     *
     * @param epoch of the file
     * @param records their records
     * @param ids of the rows; rising unless late
     * @param late whether they came in behind what was sent
     * @param from the row before the first; -1 for late ones and at the beginning
     * @param to the last row; of late ones, their last number in the list
     * @param hasNext whether there may be more
     */
    private record Chunk(
            long epoch, List<TelemetryRecord> records, long[] ids, boolean late, long from, long to, boolean hasNext)
            implements Batch {

        boolean contains(long row) {
            return this.late
                    ? Arrays.stream(this.ids).anyMatch((id) -> id == row)
                    : Arrays.binarySearch(this.ids, row) >= 0;
        }
    }
}
