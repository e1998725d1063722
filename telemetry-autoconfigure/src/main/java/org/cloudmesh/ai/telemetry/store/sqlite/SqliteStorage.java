package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.query.Segment;
import org.cloudmesh.ai.telemetry.store.query.Storage;
import org.jspecify.annotations.Nullable;

/** Shows the engine the file that is open at the moment. Thread-safe. */
final class SqliteStorage implements Storage {

    // An export may take hours, and a log that a reader holds cannot be cut.
    private static final int EXPORTED_AT_ONCE = 1000;

    private final int mostSeries;

    private volatile @Nullable Attachment attachment;

    SqliteStorage() {
        this(StoredSeriesCatalog.MOST_HELD);
    }

    /**
     * Creates a storage without a file.
     *
     * @param mostSeries how many series are held in memory
     */
    SqliteStorage(int mostSeries) {
        this.mostSeries = mostSeries;
    }

    /** Answers from that file from now on. */
    void attach(Connections connections) {
        this.attachment = new Attachment(connections, new StoredSeriesCatalog(this.mostSeries));
    }

    void detach() {
        this.attachment = null;
    }

    @Override
    public int exportWindow() {
        return EXPORTED_AT_ONCE;
    }

    @Override
    public List<SystemReading> history(RecordFilter filter, int limit, Deadline deadline) {
        return ask(deadline, (database, catalog) -> HistoryRows.read(database, filter, limit, deadline));
    }

    @Override
    public Snapshot snapshot(long from, long to, Deadline deadline) {
        Attachment attachment = this.attachment;
        if (attachment == null) {
            throw new QueryException(QueryException.Reason.UNAVAILABLE, "The store is not open", null);
        }
        ReadSession session = ReadSession.open(attachment.connections, deadline);
        boolean done = false;
        try {
            attachment.catalog.refresh(session.database());
            StoredSeriesCatalog.View catalog = attachment.catalog.view(session.database(), session::failure);
            SqliteSegment segment = new SqliteSegment(session, catalog, from, to);
            done = true;
            return new SessionSnapshot(session, segment);
        } catch (SQLException ex) {
            throw session.failure(ex);
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    @Override
    public boolean findsAttributes(Deadline deadline) {
        // A file of an earlier version gets its index little by little.
        return ask(
                deadline,
                (database, catalog) -> database.number("SELECT value FROM mark WHERE name = 'index-since'", 0) == 0);
    }

    /** Asks the file that is open, in one state of it, what is no question of the engine's. */
    <T> T ask(Deadline deadline, Question<T> question) {
        Attachment attachment = this.attachment;
        if (attachment == null) {
            throw new QueryException(QueryException.Reason.UNAVAILABLE, "The store is not open", null);
        }
        try (ReadSession session = ReadSession.open(attachment.connections, deadline)) {
            try {
                attachment.catalog.refresh(session.database());
                return question.ask(session.database(), attachment.catalog.view(session.database(), session::failure));
            } catch (SQLException ex) {
                throw session.failure(ex);
            }
        }
    }

    /** What is asked of the file. */
    @FunctionalInterface
    interface Question<T> {

        T ask(Database database, StoredSeriesCatalog.View catalog) throws SQLException;
    }

    private record SessionSnapshot(ReadSession session, SqliteSegment segment) implements Snapshot {

        @Override
        public List<? extends Segment> segments() {
            return List.of(this.segment);
        }

        @Override
        public void close() {
            this.session.close();
        }
    }

    private record Attachment(Connections connections, StoredSeriesCatalog catalog) {}
}
