package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.Scan.Columns;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.cloudmesh.ai.telemetry.store.sqlite.StoredSeries.AttributeSet;
import org.jspecify.annotations.Nullable;

/** The present row of a {@link RowQuery}. */
final class RowView implements RecordView {

    private final ResultSet row;

    private final StoredSeriesCatalog.View catalog;

    private final RecordRows records;

    private final RowQuery query;

    private int seriesId;

    private long id;

    private byte @Nullable [] carried;

    private boolean carriedRead;

    RowView(ResultSet row, StoredSeriesCatalog.View catalog, RecordRows records, RowQuery query) {
        this.row = row;
        this.catalog = catalog;
        this.records = records;
        this.query = query;
    }

    /** Carries an error out of the engine's code. */
    static final class ReadingFailed extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final SQLException error;

        ReadingFailed(SQLException error) {
            super(error);
            this.error = error;
        }

        SQLException error() {
            return this.error;
        }
    }

    /** The next row is the present one. */
    void moved() throws SQLException {
        this.id = this.row.getLong(1);
        this.seriesId = this.row.getInt(2);
        this.carried = null;
        this.carriedRead = false;
    }

    @Override
    public long timestampMicros() {
        return RowIds.micros(this.id);
    }

    @Override
    public int series() {
        return this.seriesId;
    }

    private StoredSeries stored() {
        return this.catalog.series(this.seriesId);
    }

    @Override
    public String command() {
        return stored().command();
    }

    @Override
    public @Nullable String run() {
        return stored().run();
    }

    @Override
    public String status() {
        return stored().status();
    }

    @Override
    public @Nullable String event() {
        return stored().event();
    }

    @Override
    public double metric(String name) {
        StoredSeries series = stored();
        try {
            ValueColumns values = this.query.values();
            if (values != null) {
                return values.value(this.row, series, name);
            }
            int position = series.metricSet().indexOf(name);
            return position < 0 ? Double.NaN : RecordRows.value(this.row, position, this.query.more());
        } catch (SQLException ex) {
            throw new ReadingFailed(ex);
        }
    }

    @Override
    public void metrics(MetricVisitor visitor) {
        String[] names = stored().metricSet().names();
        double[] values;
        try {
            values = RecordRows.values(this.row, names.length, this.query.more());
        } catch (SQLException ex) {
            throw new ReadingFailed(ex);
        }
        for (int i = 0; i < names.length; i++) {
            visitor.visit(names[i], values[i]);
        }
    }

    @Override
    public @Nullable String attribute(String key) {
        AttributeSet set = stored().attributeSet();
        if (set == null) {
            return null;
        }
        if (!set.isCarried(key)) {
            return set.fixed().get(key);
        }
        byte[] carried = carried();
        if (carried == null) {
            return null;
        }
        return set.names() == null
                ? JsonLists.textMap(text(carried)).get(key)
                : this.query.texts().text(carried, set.names().indexOf(key));
    }

    private byte @Nullable [] carried() {
        if (!this.carriedRead) {
            int column = this.query.attributes();
            try {
                this.carried = column == 0 ? null : this.row.getBytes(column);
            } catch (SQLException ex) {
                throw new ReadingFailed(ex);
            }
            this.carriedRead = true;
        }
        return this.carried;
    }

    private static String text(byte[] column) {
        return new String(column, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable String message() {
        int column = this.query.message();
        try {
            return column == 0 ? null : this.row.getString(column);
        } catch (SQLException ex) {
            throw new ReadingFailed(ex);
        }
    }

    @Override
    public boolean has(NamePattern metric) {
        return stored().has(metric);
    }

    @Override
    public void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor) {
        this.query
                .texts()
                .attributes(stored().attributeSet(), carried())
                .forEach((key, value) -> visitor.accept(key, wanted.test(key) ? value : null));
    }

    @Override
    public @Nullable Map<String, @Nullable Object> system() {
        return record().reading();
    }

    @Override
    public TelemetryRecord record() {
        if (this.query.columns() != Columns.RECORD) {
            throw new IllegalStateException("The scan asked for no whole records");
        }
        try {
            return this.records.read(this.row);
        } catch (SQLException ex) {
            throw new ReadingFailed(ex);
        }
    }
}
