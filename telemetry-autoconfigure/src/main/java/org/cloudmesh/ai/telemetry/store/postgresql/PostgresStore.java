package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps records in PostgreSQL, beside those of other nodes. */
final class PostgresStore implements TelemetryStore {

    private static final Logger logger = LoggerFactory.getLogger(PostgresStore.class);

    private static final long DROP_INTERVAL = TimeUnit.HOURS.toNanos(1);

    private static final long ROLLUP_INTERVAL = TimeUnit.SECONDS.toNanos(10);

    private static final long SECONDS_PER_DAY = 86_400;

    private static final String KEEPS_NONE = "PostgreSQL does not keep records";

    private final PostgresSettings settings;

    private final Clock clock;

    private final PostgresSchema schema;

    private final Partitions partitions;

    private final ExpiredDays expired;

    private final Inserter inserter;

    private final PostgresSource source;

    private final Rollups rollups;

    private long dropAt = System.nanoTime();

    private long rollUpAt = System.nanoTime();

    PostgresStore(Supplier<DataSource> dataSource, PostgresSettings settings) {
        this(new Connections(dataSource), settings);
    }

    private PostgresStore(Connections connections, PostgresSettings settings) {
        this(connections, settings, new ServerClock(connections));
    }

    /** For tests, which choose what is now. */
    PostgresStore(Supplier<DataSource> dataSource, PostgresSettings settings, Clock clock) {
        this(new Connections(dataSource), settings, clock);
    }

    private PostgresStore(Connections connections, PostgresSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.schema = new PostgresSchema(settings, connections);
        this.partitions = new Partitions(settings, connections, this.schema, clock);
        this.expired = new ExpiredDays(settings, connections, this.schema, this.partitions, clock);
        this.inserter = new Inserter(settings, connections, this.partitions);
        this.rollups = new Rollups(settings, connections, clock);
        this.source = new PostgresSource(settings, connections);
    }

    @Override
    public String name() {
        return "jdbc";
    }

    @Override
    public RecordSource source() {
        return this.source;
    }

    @Override
    public void open() throws StoreException {
        run("PostgreSQL cannot be used", () -> {
            this.schema.prepare();
            this.partitions.forget();
            this.inserter.forget();
            this.source.forget();
        });
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
        if (batch.isEmpty()) {
            return;
        }
        run(KEEPS_NONE, () -> this.inserter.makePartitions(batch));
        try {
            this.inserter.insert(batch);
        } catch (SQLException | RuntimeException ex) {
            throw PostgresErrors.of(KEEPS_NONE, ex);
        }
    }

    @Override
    public void report(NodeReport report) throws StoreException {
        run("PostgreSQL does not keep how this node fares", () -> this.inserter.report(report));
    }

    @Override
    public void maintain() throws StoreException {
        long now = System.nanoTime();
        if (now - this.dropAt >= 0) {
            this.dropAt = now + DROP_INTERVAL;
            keepPartitions();
        }
        if (now - this.rollUpAt >= 0) {
            this.rollUpAt = now + ROLLUP_INTERVAL;
            run("PostgreSQL cannot be asked what is to be summed up", this.rollups::begin);
        }
    }

    private void keepPartitions() throws StoreException {
        run("PostgreSQL cannot make tomorrow's partition", this::makeTomorrow);
        try {
            if (this.settings.maxAge() != null && !this.expired.remove(this.settings.maxAge())) {
                this.dropAt = System.nanoTime();
            }
            this.source.claims().forget();
        } catch (SQLException | RuntimeException ex) {
            logger.warn("What is old could not be dropped; the next try is in an hour: {}", ex.getMessage());
        }
    }

    /** Makes tomorrow's partition, so that nobody waits at midnight; it has a day for that. */
    private void makeTomorrow() throws SQLException {
        try {
            this.partitions.require(this.clock.instant().getEpochSecond() / SECONDS_PER_DAY + 1);
        } catch (SQLException | RuntimeException ex) {
            if (!PostgresErrors.LOCK_NOT_AVAILABLE.equals(PostgresErrors.state(ex))) {
                throw ex;
            }
            logger.warn("A query or a backup that runs long keeps tomorrow's partition from being made; the next try is"
                    + " in an hour");
        }
    }

    @Override
    public void close() {
        this.rollups.end();
    }

    /** Runs what involves no record, so that no record is blamed when it fails. */
    private static void run(String what, Step step) throws StoreException {
        try {
            step.run();
        } catch (SQLException | RuntimeException ex) {
            throw PostgresErrors.withoutRecords(what, ex);
        }
    }

    @FunctionalInterface
    private interface Step {

        void run() throws SQLException, StoreException;
    }
}
