package org.cloudmesh.ai.telemetry.store.postgresql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/**
 * All that a store promises, where all is summed up before anyone asks, and some batches as soon as they are written.
 */
class PostgresRollupContractTests extends PostgresStoreContractTests {

    private static final Instant LATER = EpochMicros.instant(Records.START).plus(Duration.ofDays(3));

    @Override
    TelemetryStore create(HikariDataSource database, StoreSettings settings) {
        return new SummedUp(database);
    }

    @Override
    protected boolean hasExactPercentiles() {
        return false;
    }

    /** A store whose roll-ups are always up to date. */
    private static final class SummedUp implements TelemetryStore {

        private final PostgresStore store;

        private final Rollups rollups;

        private final PostgresSource source;

        private int batches;

        private boolean stale;

        SummedUp(HikariDataSource database) {
            Clock clock = Clock.fixed(LATER, ZoneOffset.UTC);
            PostgresSettings settings = PostgresSettings.defaults();
            Connections connections = new Connections(() -> database);
            this.store = new PostgresStore(() -> database, settings, clock);
            this.rollups = new Rollups(settings, connections, clock, Duration.ZERO, 0);
            this.source = new PostgresSource(settings, connections, 0);
        }

        @Override
        public String name() {
            return this.store.name();
        }

        @Override
        public void open() throws StoreException {
            this.store.open();
        }

        @Override
        public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
            this.store.write(batch, durable);
            this.stale = true;
            // Those in between come to blocks that wait, these to blocks that were summed up. To sum up a day anew for
            // each of many batches would cost a multiple of all else.
            if (this.batches++ % 8 == 0) {
                sumUp();
            }
        }

        private void sumUp() {
            try {
                this.rollups.sumUp();
                this.stale = false;
            } catch (SQLException ex) {
                throw new IllegalStateException(ex);
            }
        }

        @Override
        public RecordSource source() {
            if (this.stale) {
                sumUp();
            }
            return this.source;
        }

        @Override
        public void close() {
            this.store.close();
        }
    }
}
