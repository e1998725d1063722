package org.cloudmesh.ai.telemetry.store;

import java.nio.file.Path;
import java.util.List;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records. A bean of this type is one more backend.
 *
 * <p>All methods but {@link #source()}, {@link #path()} and {@link #bytes()} are called by one thread, the writer's.
 */
public interface TelemetryStore extends AutoCloseable {

    /** Returns the backend's name, for example {@code sqlite}. */
    String name();

    /** Returns the file, if there is one. */
    default @Nullable Path path() {
        return null;
    }

    /** Returns the size of the files in bytes; 0 when there are none. */
    default long bytes() {
        return 0;
    }

    /**
     * Opens or reopens the store. Called before the first write, and again after a failure that asks for it.
     *
     * @throws StoreException when it cannot be opened
     */
    default void open() throws StoreException {}

    /**
     * Keeps a batch, all of it or nothing. A batch may come again after a failure: records that were kept after all
     * must not be kept twice ({@link TelemetryRecord#sequence()} rises within one origin).
     *
     * @param batch records in the order of emission; empty to sync alone
     * @param durable whether this batch and all before it must survive power loss once this returns
     * @throws StoreException when nothing of the batch was kept
     */
    void write(List<TelemetryRecord> batch, boolean durable) throws StoreException;

    /**
     * Keeps readings of the machine, so that its history has no gap where no record comes. They are no records: nothing
     * counts them, and only {@link RecordSource#readings} shows them. A store without a history leaves them out.
     *
     * @param origin the recorder that made them
     * @param readings the oldest first
     * @throws StoreException when none was kept: they come again
     */
    default void writeReadings(Origin origin, List<SystemReading> readings) throws StoreException {}

    /**
     * Maintains the store, a local one about twice a second, a remote one every few seconds: retention, a file that was
     * moved away, records of other programs.
     *
     * @throws StoreException when the store must be reopened
     */
    default void maintain() throws StoreException {}

    /**
     * Puts aside a record that the store, or a remote one that it feeds, refuses while it keeps others. Called by any
     * thread.
     *
     * @param record the record that failed alone
     * @param reason what the store said
     */
    default void reject(TelemetryRecord record, String reason) {}

    /** Returns what answers queries; null for a store that cannot be read. Any thread, also while writing. */
    default @Nullable RecordSource source() {
        return null;
    }

    /**
     * Returns what one remote store has yet to receive of the records kept here; called before the first
     * {@link #open()}. Null for a store that does not keep track of that.
     *
     * @param reader name of the remote store
     */
    default @Nullable Outbox outbox(String reader) {
        return null;
    }

    /**
     * Keeps the state of a recorder, in a store that several recorders share. Called every few seconds.
     *
     * @throws StoreException when that was not kept
     */
    default void report(NodeReport report) throws StoreException {}

    /**
     * Finishes remaining work before the last {@link #close()}.
     *
     * @param end when it must be over, in terms of {@link System#nanoTime()}
     */
    default void finish(long end) {}

    /** Releases files and connections. Idempotent. */
    @Override
    default void close() {}
}
