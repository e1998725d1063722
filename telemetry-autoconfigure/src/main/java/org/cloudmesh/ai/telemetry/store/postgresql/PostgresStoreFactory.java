package org.cloudmesh.ai.telemetry.store.postgresql;

import java.util.function.Supplier;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Makes stores that keep records in PostgreSQL, under the name {@code jdbc}. */
public final class PostgresStoreFactory implements StoreFactory, AutoCloseable {

    private final Supplier<DataSource> dataSource;

    private final PostgresSettings settings;

    private final Runnable close;

    /**
     * Creates a factory.
     *
     * @param dataSource asked when the database is first needed; what it throws is told as the reason why records wait
     * @param settings how records are kept
     * @param close releases the DataSource, where it is this factory's own
     */
    public PostgresStoreFactory(Supplier<DataSource> dataSource, PostgresSettings settings, Runnable close) {
        this.dataSource = dataSource;
        this.settings = settings;
        this.close = close;
    }

    @Override
    public String backend() {
        return "jdbc";
    }

    @Override
    public boolean remote() {
        return true;
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return new PostgresStore(this.dataSource, this.settings);
    }

    @Override
    public void close() {
        this.close.run();
    }
}
