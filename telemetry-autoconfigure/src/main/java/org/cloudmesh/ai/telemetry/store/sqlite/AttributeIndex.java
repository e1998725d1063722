package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.rollup.AttributePostings;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.jspecify.annotations.Nullable;

/**
 * The writer's side of the index of those attributes that series do not know, since they have many values: traces,
 * conversations, users. Each method belongs into the transaction that changes the records. Not thread-safe.
 *
 * <p><b>Idea.</b> An index of all values by a tree costs each record more than all its columns, and its leaves are
 * written in any order. Here the records of a run, {@value #RUN} and some, get their {@link AttributePostings} when the
 * last of them is in a cell of the {@link RollupTree}: written once, in order. A look-up reads one part of each run,
 * and then the rows of the places that it names, some dozens each. Rows after the last run are looked at one by one.
 *
 * <p><b>Late records</b> of a run's time go into a table of their own, row by row. Once they are a quarter of the run,
 * it is made anew from its rows. A record that is removed leaves its postings until its whole run goes, for a posting
 * that leads nowhere costs a look.
 *
 * <p><b>Failure.</b> As with roll-ups, records are the truth, and what is remembered here only saves reading it.
 */
final class AttributeIndex {

    /** A run has at least that many records when it is made. */
    static final int RUN = 1 << 15;

    /** A run has so many places at most. */
    static final int PLACES = AttributePostings.MOST_PLACES;

    /** A run has room for that many numbers of parts. */
    static final int PART_BITS = 20;

    private static final int LATE_SHARE = 4;

    private final Database database;

    private final RowLoader loader;

    private final int run;

    // Rows from until on; null when they are to be read first.
    private @Nullable CarriedValues pending;

    // Rows of this transaction that are in the time of a run.
    private final CarriedValues late = new CarriedValues();

    private long since;

    private long until;

    private long next;

    private long sealed;

    // Runs before were looked at, and other programs' records are left in them.
    private long lookedAt;

    AttributeIndex(Database database, int run, RowLoader loader) {
        this.database = database;
        this.run = run;
        this.loader = loader;
    }

    /** Reads what is in the index. */
    void load() throws SQLException {
        this.since = mark("index-since");
        this.until = mark("index-until");
        this.next = this.database.number("SELECT max(id) FROM attribute_run", 0) + 1;
        this.pending =
                this.until == 0 && this.database.number("SELECT count(*) FROM (SELECT 1 FROM record LIMIT 1)", 0) == 0
                        ? new CarriedValues()
                        : null;
        this.late.removeFirst(this.late.size());
        this.sealed = 0;
    }

    private long mark(String name) throws SQLException {
        return this.database.number("SELECT value FROM mark WHERE name = ?", 0, name);
    }

    private void mark(String name, long value) throws SQLException {
        this.database.update("UPDATE mark SET value = ? WHERE name = ?", value, name);
    }

    /** Takes note of a record that becomes a row in this transaction. */
    void add(long id, @Nullable AttributeSet set, TelemetryRecord record) {
        if (id < this.until) {
            if (id >= this.since && set != null && !set.complete()) {
                this.late.add(id, set, record.attributes());
            }
        } else if (this.pending != null) {
            this.pending.add(id, set, record.attributes());
        }
    }

    /** Returns the run that covers a row, or is next to where it would be; null when there are none. */
    private @Nullable Run runOf(long id) throws SQLException {
        List<Run> runs = runs("first <= ? ORDER BY first DESC LIMIT 1", id);
        if (runs.isEmpty()) {
            runs = runs("first > ? ORDER BY first LIMIT 1", id);
        }
        return runs.isEmpty() ? null : runs.get(0);
    }

    private void addLate() throws SQLException {
        CarriedValues late = this.late;
        for (int at = 0; at < late.size(); ) {
            Run run = runOf(late.id(at));
            if (run == null) {
                // Retention took all that was in the index.
                this.since = this.until;
                mark("index-since", this.since);
                break;
            }
            int end = Math.max(at + 1, late.indexOf(run.until));
            if (LATE_SHARE * (run.late + end - at) > run.records) {
                rebuild(run.reaching(late.id(at), late.id(end - 1)));
            } else {
                addLate(run, at, end);
            }
            at = end;
        }
        late.removeFirst(late.size());
    }

    private void addLate(Run run, int from, int to) throws SQLException {
        PreparedStatement insert =
                this.database.prepare("INSERT OR IGNORE INTO attribute_late (run, hash, record) VALUES (?, ?, ?)");
        insert.clearBatch();
        for (int row = from; row < to; row++) {
            for (int i = 0; i < this.late.count(row); i++) {
                insert.setLong(1, run.id);
                insert.setLong(2, Integer.toUnsignedLong(this.late.hash(row, i)));
                insert.setLong(3, this.late.id(row));
                insert.addBatch();
            }
        }
        insert.executeBatch();
        this.database.update(
                "UPDATE attribute_run SET late = late + ?, first = min(first, ?), until = max(until, ?) WHERE first = ?",
                to - from,
                this.late.id(from),
                this.late.id(to - 1) + 1,
                run.first);
    }

    private List<Run> runs(String condition, @Nullable Object... parameters) throws SQLException {
        List<Run> runs = new ArrayList<>();
        try (ResultSet rows = this.database.query(
                "SELECT first, until, id, records, late FROM attribute_run WHERE " + condition, parameters)) {
            while (rows.next()) {
                runs.add(new Run(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5)));
            }
        }
        return runs;
    }

    /**
     * Makes runs of what has come, once all rows are in the table.
     *
     * @param sealed a row before which few records will come
     */
    void extend(long sealed) throws SQLException {
        addLate();
        if (sealed == this.sealed) {
            return;
        }
        this.sealed = sealed;
        CarriedValues pending = this.pending;
        if (pending == null) {
            if (this.database.number("SELECT sum(records) FROM cell WHERE level = 1 AND first >= ?", 0, this.until)
                    < this.run) {
                return;
            }
            pending = this.loader.load(this.until, Long.MAX_VALUE);
            this.pending = pending;
        }
        int rows = pending.indexOf(sealed);
        if (rows < this.run) {
            return;
        }
        this.until = write(pending, rows, this.until, sealed);
        mark("index-until", this.until);
        pending.removeFirst(rows);
    }

    /** Takes in some of the records that were there before there was an index; returns whether there are any. */
    boolean extendBack() throws SQLException {
        if (this.since == 0) {
            return false;
        }
        long from = this.database.number(
                "SELECT id FROM record WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET " + (this.run - 1), 0, this.since);
        CarriedValues rows = this.loader.load(from, this.since);
        if (rows.size() > 0) {
            write(rows, rows.size(), from, this.since);
        }
        locateReadings(from, this.since);
        this.since = from;
        mark("index-since", from);
        return true;
    }

    private void locateReadings(long from, long to) throws SQLException {
        List<long[]> readings = new ArrayList<>();
        try (ResultSet rows = this.database.query(
                "SELECT reading, min(id), max(id) FROM record WHERE id >= ? AND id < ? AND reading IS NOT NULL"
                        + " GROUP BY reading",
                from,
                to)) {
            while (rows.next()) {
                readings.add(new long[] {rows.getLong(1), rows.getLong(2), rows.getLong(3)});
            }
        }
        for (long[] reading : readings) {
            this.database.update(
                    "UPDATE reading SET first = min(first, ?), until = max(coalesce(until, 0), ?) WHERE id = ?",
                    reading[1],
                    reading[2] + 1,
                    reading[0]);
        }
    }

    /** Gives up what is known of removed records. */
    void removed(long before) throws SQLException {
        for (Run run : runs("first >= ? AND until <= ? ORDER BY first", this.lookedAt, before)) {
            long left = this.database.number(
                    "SELECT count(*) FROM record WHERE id >= ? AND id < ?", 0, run.first, run.until);
            if (left == 0) {
                delete(run);
            } else if (2 * left < run.records + run.late) {
                rebuild(run);
            }
            if (left > 0) {
                this.lookedAt = run.until;
            }
        }
    }

    /** Makes a run anew from its rows. */
    private void rebuild(Run run) throws SQLException {
        delete(run);
        CarriedValues rows = this.loader.load(run.first, run.until);
        write(rows, rows.size(), run.first, run.until);
    }

    private void delete(Run run) throws SQLException {
        this.database.update("DELETE FROM attribute_run WHERE id = ?", run.id);
        this.database.update(
                "DELETE FROM attribute_posting WHERE id >= ? AND id < ?",
                run.id << PART_BITS,
                (run.id + 1) << PART_BITS);
        if (run.late > 0) {
            this.database.update("DELETE FROM attribute_late WHERE run = ?", run.id);
        }
    }

    /** Writes runs of the first rows, which cover ids from the one to before the other; returns that. */
    private long write(CarriedValues rows, int to, long first, long until) throws SQLException {
        int at = 0;
        long begin = first;
        while (at < to || begin == first) {
            int left = to - at;
            int end = left > this.run + this.run / 2 ? at + this.run : to;
            long next = end == to ? until : rows.id(end);
            write(rows, at, end, begin, next);
            at = end;
            begin = next;
        }
        return until;
    }

    private void write(CarriedValues rows, int from, int to, long first, long until) throws SQLException {
        int aPlace = Math.max(1, (to - from + PLACES - 1) / PLACES);
        AttributePostings postings = new AttributePostings(PLACES);
        List<Long> begins = new ArrayList<>();
        for (int row = from; row < to; row++) {
            if ((row - from) % aPlace == 0) {
                begins.add(row == from ? first : rows.id(row));
            }
            for (int i = 0; i < rows.count(row); i++) {
                postings.add(rows.hash(row, i), begins.size() - 1);
            }
        }
        long id = this.next++;
        this.database.update(
                "INSERT INTO attribute_run (first, until, id, records, late, slot_bits) VALUES (?, ?, ?, ?, 0, ?)",
                first,
                until,
                id,
                to - from,
                postings.slotBits());
        byte[][] parts = postings.encode();
        if (parts.length > 0) {
            PreparedStatement insert = this.database.prepare("INSERT INTO attribute_posting (id, data) VALUES (?, ?)");
            insert.clearBatch();
            addTo(insert, id << PART_BITS, AttributeSearch.encode(begins));
            for (int part = 0; part < parts.length; part++) {
                addTo(insert, (id << PART_BITS) + 1 + part, parts[part]);
            }
            insert.executeBatch();
        }
    }

    private static void addTo(PreparedStatement insert, long id, byte[] data) throws SQLException {
        insert.setLong(1, id);
        insert.setBytes(2, data);
        insert.addBatch();
    }

    /** Reads rows of the record table. */
    @FunctionalInterface
    interface RowLoader {

        /** Returns the rows from the one id to before the other. */
        CarriedValues load(long from, long to) throws SQLException;
    }

    private record Run(long first, long until, long id, long records, long late) {

        Run reaching(long from, long last) {
            return new Run(
                    Math.min(this.first, from), Math.max(this.until, last + 1), this.id, this.records, this.late);
        }
    }
}
