package org.cloudmesh.ai.telemetry.faults;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;

/** A process that asks a file which has more series than its heap could hold. */
final class WideFile {

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private WideFile() {}

    /** Adds a record of a status, or of a set of metrics, of its own, many times over. */
    static void fill(Path path, int records, boolean statuses) throws Exception {
        StoreSettings settings = settings(path);
        try (TelemetryStore store = new SqliteStoreFactory().create(settings)) {
            store.open();
            store.write(
                    List.of(TelemetryRecord.builder(new Origin("aaa", "wide", "run", Map.of()), 1, 1_000_000)
                            .metrics(new String[] {"latency"}, new double[] {1})
                            .build()),
                    true);
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + path);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String numbers =
                    "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < " + records + ") ";
            if (statuses) {
                statement.execute(numbers + "INSERT INTO kind (id, process, status, shape)"
                        + " SELECT i, 1, 'status-' || i, 1 FROM n");
            } else {
                addMetricSets(statement, records);
                statement.execute(numbers + "INSERT INTO kind (id, process, status, shape)"
                        + " SELECT i, 1, 'recorded', i FROM n");
            }
            statement.execute(numbers + "INSERT INTO record (id, kind, sequence, v0)"
                    + " SELECT (1000000 + i) * 2048, i, i, i FROM n");
            connection.commit();
        }
    }

    private static void addMetricSets(Statement statement, int records) throws SQLException {
        for (int i = 2; i <= 20; i++) {
            statement.execute("INSERT INTO metric (id, name) VALUES (" + i + ", 'metric-" + i + "')");
        }
        // Each bit of the number stands for a metric, so that no two sets are the same.
        for (int i = 2; i <= records; i++) {
            StringBuilder names = new StringBuilder("[\"latency\"");
            for (int metric = 2; metric <= 20; metric++) {
                if ((i >> (metric - 2) & 1) == 1) {
                    names.append(",\"metric-").append(metric).append('"');
                }
            }
            statement.execute("INSERT INTO shape (id, names) VALUES (" + i + ", '" + names + "]')");
        }
    }

    private static StoreSettings settings(Path path) {
        return new StoreSettings(path, Telemetry.builder().settings().retention(), Clock.systemUTC());
    }

    /** Starts with the path; says of each question whether it was answered, or why not. */
    public static void main(String[] arguments) throws Exception {
        try (TelemetryStore store = new SqliteStoreFactory().create(settings(Path.of(arguments[0])))) {
            store.open();
            RecordSource source = store.source();
            say("ready");
            Dimension status = Dimension.of(Dimension.Kind.STATUS);
            ask(
                    "status",
                    () -> source.metric("latency", RecordFilter.ALL, status, deadline())
                            .size());
            ask("groups", () -> source.groups(RecordFilter.ALL, deadline()).size());
            ask("metrics", () -> source.metrics(RecordFilter.ALL, deadline()).size());
            ask("names", () -> source.metricNames(RecordFilter.ALL, deadline()).size());
            ask(
                    "metric",
                    () -> source.metric("latency", RecordFilter.ALL, null, deadline())
                            .size());
            RecordFilter filter = RecordFilter.builder().status("status-77").build();
            ask(
                    "filtered",
                    () -> source.metric("latency", filter, null, deadline()).size());
            ask(
                    "page",
                    () -> source.page(RecordFilter.ALL, null, 1000, deadline())
                            .records()
                            .size());
            ask("knows", () -> source.knows("latency", deadline()) ? 1 : 0);
        }
    }

    private static Deadline deadline() {
        return Deadline.after(Duration.ofSeconds(15));
    }

    private static void ask(String name, Question question) throws IOException {
        long start = System.nanoTime();
        String said;
        try {
            said = "answered " + question.answer();
        } catch (QueryException ex) {
            said = ex.reason().name();
        }
        say(name + " " + said + " after " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    private static void say(String line) throws IOException {
        OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Something to be asked. */
    @FunctionalInterface
    private interface Question {

        int answer();
    }
}
