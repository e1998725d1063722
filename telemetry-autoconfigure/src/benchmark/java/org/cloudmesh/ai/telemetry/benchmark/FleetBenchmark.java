package org.cloudmesh.ai.telemetry.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Queue;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresServer;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** How fast records reach PostgreSQL, and how long answers for a fleet take. */
final class FleetBenchmark {

    private static final int ROWS = 2048;

    // Enough for the making of the tables, which is within the time, to be a small part of it.
    private static final int FORWARDED = 500_000;

    // Until the code is compiled; the peer's is hardly any.
    private static final int WARM_UPS = 3;

    private static final int WAITING = 200_000;

    // Linux counts in hundredths of a second.
    private static final double TICKS = 100;

    private static final String COLUMNS = "time, seq, reading, process, series, numbers, attributes, message";

    private static final Queue BLOCKING = new Queue(
            Queue.defaults().capacity(), Queue.defaults().maxBytes(), WhenFull.BLOCK, Duration.ofMinutes(1));

    private final long records;

    private final int rounds;

    FleetBenchmark(long records, int rounds) {
        this.records = records;
        this.rounds = rounds;
    }

    void run() throws Exception {
        Markdown.heading("A fleet in PostgreSQL");
        Markdown.machine();
        // As an operator runs it: what is committed is on the disk.
        try (PostgresServer server = PostgresServer.begin(
                "fsync=on", "full_page_writes=on", "shared_buffers=512MB", "max_wal_size=4GB", "work_mem=16MB")) {
            Markdown.paragraph("PostgreSQL "
                    + new JdbcTemplate(server.dataSource("postgres")).queryForObject("SHOW server_version", String.class)
                    + " on the same machine, fsync on, 512 MB of shared buffers.");
            forwarding(server);
            new FleetQueries(server, this.records).run();
        }
        Markdown.load();
    }

    private void forwarding(PostgresServer server) throws Exception {
        for (int warmUp = 0; warmUp < WARM_UPS; warmUp++) {
            Forwarded run = forward(server, 1, FORWARDED / 2);
            copy(server, run.database, 1);
            drop(server, run.database);
        }
        List<List<Double>> forwarded = new ArrayList<>();
        List<List<Double>> copiedAtOnce = new ArrayList<>();
        int[] nodes = {1, 2, 4};
        List<List<Double>> ourWork = new ArrayList<>();
        List<List<Double>> serversWork = new ArrayList<>();
        List<List<Double>> theirWork = new ArrayList<>();
        double bytes = 0;
        for (int n = 0; n < nodes.length; n++) {
            forwarded.add(new ArrayList<>());
            copiedAtOnce.add(new ArrayList<>());
            ourWork.add(new ArrayList<>());
            serversWork.add(new ArrayList<>());
            theirWork.add(new ArrayList<>());
        }
        for (int round = 0; round < this.rounds; round++) {
            for (int n = 0; n < nodes.length; n++) {
                Forwarded run = forward(server, nodes[n], FORWARDED / nodes[n]);
                forwarded.get(n).add(run.rate);
                ourWork.get(n).add(run.cpu);
                serversWork.get(n).add(run.serverCpu);
                Copied copy = copy(server, run.database, nodes[n]);
                copiedAtOnce.get(n).add(copy.rate);
                theirWork.get(n).add(copy.cpu);
                bytes = run.bytes;
                drop(server, run.database);
            }
        }
        Markdown.paragraph(String.format(
                Locale.ROOT,
                "%,d records with five metrics, an event, a status, two attributes and a message, from SQLite files that hold"
                        + " them, medians of %d. Bare COPY: the same rows, %,d a transaction, into a table without a key.",
                FORWARDED,
                this.rounds,
                ROWS));
        Markdown.header(
                "records/s",
                "forwarded",
                "bare COPY",
                "ratio",
                "CPU, us a record: of this JVM",
                "of the server",
                "of COPY, both");
        for (int n = 0; n < nodes.length; n++) {
            double ours = Fork.median(forwarded.get(n));
            double theirs = Fork.median(copiedAtOnce.get(n));
            double work = Fork.median(ourWork.get(n));
            double serverWork = Fork.median(serversWork.get(n));
            double copyWork = Fork.median(theirWork.get(n));
            Markdown.row(
                    nodes[n] == 1 ? "one node" : nodes[n] + " nodes at once, together",
                    ours,
                    theirs,
                    ours / theirs,
                    work,
                    serverWork,
                    copyWork);
        }
        double one = Fork.median(forwarded.get(0));
        double oneCopy = Fork.median(copiedAtOnce.get(0));
        System.out.println();
        Markdown.header("Target", "here", "target", "reached");
        Markdown.target("forwarding against bare COPY", one / oneCopy, 0.6, false);
        Markdown.target(
                "two nodes against one, relative to COPY",
                Fork.median(forwarded.get(1)) / one / (Fork.median(copiedAtOnce.get(1)) / oneCopy),
                1,
                false);
        System.out.println();
        Markdown.paragraph("Bytes a record, indexes included: " + Markdown.number(bytes) + ".");
        catchUp(server);
    }

    /** Forwards what lies in files, one of each node. */
    private static Forwarded forward(PostgresServer server, int nodes, int each) throws Exception {
        String name = server.newDatabase();
        try (Scratch scratch = new Scratch();
                HikariDataSource database = pool(server, name)) {
            for (int n = 0; n < nodes; n++) {
                fill(scratch, n, each);
            }
            JdbcTemplate sql = new JdbcTemplate(database);
            List<RecordingTelemetry> recorders = new ArrayList<>();
            collectGarbage();
            double cpu = cpuSeconds();
            double serverCpu = cpuSeconds(server);
            long start = System.nanoTime();
            for (int n = 0; n < nodes; n++) {
                recorders.add(Fleet.start(Fleet.builder(scratch.file("node" + n + ".db")), database, "node-" + n));
            }
            for (int n = 0; n < nodes; n++) {
                // A recorder begins with its first record.
                recorders.get(n).emit("begin", 1);
            }
            while (recorders.stream().mapToLong(FleetBenchmark::sent).sum() < (long) nodes * each) {
                LockSupport.parkNanos(2_000_000);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            cpu = (cpuSeconds() - cpu) * 1e6 / nodes / each;
            serverCpu = (cpuSeconds(server) - serverCpu) * 1e6 / nodes / each;
            recorders.forEach(RecordingTelemetry::close);
            long size = sql.queryForObject(
                    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r'"
                            + " AND c.relname LIKE 'telemetry%'",
                    Long.class);
            return new Forwarded(name, (double) nodes * each / seconds, cpu, serverCpu, size / (double) nodes / each);
        }
    }

    private static long sent(RecordingTelemetry telemetry) {
        return Fleet.status(telemetry, "jdbc").forward().sent();
    }

    private static void fill(Scratch scratch, int node, int count) {
        Sample sample = new Sample(node);
        try (Telemetry telemetry = Telemetry.builder()
                .backend("sqlite")
                .path(scratch.file("node" + node + ".db").toString())
                .command("serve")
                .queue(BLOCKING)
                .build()) {
            for (int i = 0; i < count; i++) {
                emit(telemetry, sample, i);
            }
            if (!telemetry.flush(Duration.ofMinutes(5))) {
                throw new IllegalStateException("The file does not hold all records");
            }
        }
    }

    private static void emit(Telemetry telemetry, Sample sample, int i) {
        var record = telemetry.record().event(sample.event(i)).status(sample.status(i)).message(sample.message(i));
        for (int m = 0; m < Sample.NAMES.length; m++) {
            record.metric(Sample.NAMES[m], sample.value(i, m));
        }
        record.attribute("tenant", "tenant-" + i % 8)
                .attribute("customer", "customer-" + i % 1000)
                .emit();
    }

    /** Copies the records of a database into a table without a key, by several connections at once. */
    private static Copied copy(PostgresServer server, String name, int connections) throws Exception {
        List<byte[]> chunks;
        try (Connection connection = server.dataSource(name).getConnection();
                Statement statement = connection.createStatement()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY (SELECT " + COLUMNS + " FROM telemetry_record) TO STDOUT", out);
            chunks = chunks(out.toByteArray());
            statement.execute("CREATE TABLE bare (LIKE telemetry_record)");
            statement.execute("CHECKPOINT");
        }
        long rows = 0;
        List<CompletableFuture<Long>> copies = new ArrayList<>();
        collectGarbage();
        double cpu = cpuSeconds() + cpuSeconds(server);
        long start = System.nanoTime();
        for (int c = 0; c < connections; c++) {
            int first = c;
            copies.add(CompletableFuture.supplyAsync(() -> {
                long copied = 0;
                try (Connection connection = server.dataSource(name).getConnection()) {
                    for (int i = first; i < chunks.size(); i += connections) {
                        copied += connection
                                .unwrap(PGConnection.class)
                                .getCopyAPI()
                                .copyIn("COPY bare (" + COLUMNS + ") FROM STDIN", new ByteArrayInputStream(chunks.get(i)));
                    }
                } catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
                return copied;
            }));
        }
        for (CompletableFuture<Long> copy : copies) {
            rows += copy.join();
        }
        double rate = rows * 1e9 / (System.nanoTime() - start);
        return new Copied(rate, (cpuSeconds() + cpuSeconds(server) - cpu) * 1e6 / rows);
    }

    /** Neither pays for what the other has left: the rows for bare COPY are a quarter of the heap. */
    private static void collectGarbage() {
        System.gc();
    }

    private static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** Returns the CPU time that the server's processes, those that ended included, have taken. */
    private static double cpuSeconds(PostgresServer server) throws IOException {
        String data = new JdbcTemplate(server.dataSource("postgres")).queryForObject("SHOW data_directory", String.class);
        long postmaster = Long.parseLong(
                Files.readAllLines(Path.of(data, "postmaster.pid")).get(0));
        double seconds = ticks(postmaster, 13, 17) / TICKS;
        for (ProcessHandle child : ProcessHandle.of(postmaster).orElseThrow().children().toList()) {
            seconds += ticks(child.pid(), 13, 15) / TICKS;
        }
        return seconds;
    }

    /** Returns the sum of some fields of what Linux says of a process; 0 when it is gone. */
    private static double ticks(long pid, int from, int to) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        if (!Files.exists(stat)) {
            return 0;
        }
        String line = Files.readString(stat);
        // The name may hold spaces.
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += Double.parseDouble(fields[i - 2]);
        }
        return sum;
    }

    private static List<byte[]> chunks(byte[] lines) {
        List<byte[]> chunks = new ArrayList<>();
        int from = 0;
        int rows = 0;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i] == '\n' && (++rows % ROWS == 0 || i == lines.length - 1)) {
                chunks.add(Arrays.copyOfRange(lines, from, i + 1));
                from = i + 1;
            }
        }
        return chunks;
    }

    /** An hour of records waits while the database is away, and more come in while it is caught up with. */
    private static void catchUp(PostgresServer server) throws Exception {
        Sample sample = new Sample(9);
        String name = server.newDatabase();
        try (Scratch scratch = new Scratch();
                HikariDataSource database = pool(server, name)) {
            Switch away = new Switch(database);
            try (RecordingTelemetry telemetry = Fleet.start(
                    Fleet.builder(scratch.file("node.db"))
                            .queue(BLOCKING)
                            .retention(new Retention(null, 0)),
                    away,
                    "node")) {
                for (int i = 0; i < WAITING; i++) {
                    emit(telemetry, sample, i);
                }
                if (!telemetry.flush(Duration.ofMinutes(5))) {
                    throw new IllegalStateException("The file does not hold all records");
                }
                double pace = WAITING / 3600.0;
                away.back = true;
                long start = System.nanoTime();
                long more = 0;
                while (sent(telemetry) < WAITING) {
                    for (long due = (long) ((System.nanoTime() - start) / 1e9 * pace); more < due; more++) {
                        emit(telemetry, sample, (int) more);
                    }
                    LockSupport.parkNanos(5_000_000);
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                Markdown.paragraph(String.format(
                        Locale.ROOT,
                        "Catch-up after an outage of an hour at %.0f records a second: %,d records in %.1f s (%,.0f/s, the wait"
                                + " for the next try included), while further records come in at the same pace.",
                        pace,
                        WAITING,
                        seconds,
                        WAITING / seconds));
            }
        }
        drop(server, name);
    }

    private static void drop(PostgresServer server, String name) {
        new JdbcTemplate(server.dataSource("postgres")).execute("DROP DATABASE " + name + " WITH (FORCE)");
    }

    static HikariDataSource pool(PostgresServer server, String database) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(server.dataSource(database));
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    private record Forwarded(String database, double rate, double cpu, double serverCpu, double bytes) {}

    private record Copied(double rate, double cpu) {}

    /** A database that is away until it is back. */
    private static final class Switch extends AbstractDataSource {

        private final DataSource database;

        private volatile boolean back;

        Switch(DataSource database) {
            this.database = database;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (!this.back) {
                throw new SQLTransientConnectionException("The database is away");
            }
            return this.database.getConnection();
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return getConnection();
        }
    }
}
