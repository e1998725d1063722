package org.cloudmesh.ai.telemetry.benchmark;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/** Measures how many records a second reach the disk, the final fsync included. */
final class IngestCase {

    private static final int TRANSACTION = 10_000;

    private static final String TABLE = "CREATE TABLE t(id TEXT, timestamp TEXT, command TEXT, status TEXT, event TEXT,"
            + " metrics TEXT, system TEXT, message TEXT)";

    private static final Origin ORIGIN =
            new Origin("m8benchmark1", "benchmark", "run-1", Map.of("name", "ada", "host", "host", "pid", 1L));

    private final String name;

    private final long records;

    private final Sample sample = new Sample(2);

    private final Map<String, Double> figures = new TreeMap<>();

    IngestCase(String name, long records) {
        this.name = name;
        this.records = records;
    }

    Map<String, Double> measure() throws Exception {
        try (Scratch scratch = new Scratch()) {
            write(scratch, "warm", Math.max(TRANSACTION, this.records / 4));
            long start = System.nanoTime();
            write(scratch, "data", this.records);
            this.figures.putIfAbsent("rate", this.records * 1e9 / (System.nanoTime() - start));
            this.figures.put("bytes", scratch.bytes("data") / (double) this.records);
        }
        return this.figures;
    }

    private void write(Scratch scratch, String stem, long count) throws Exception {
        Path file = scratch.file(stem);
        switch (this.name) {
            case "raw" -> raw(file, count);
            case "log4j" -> log4j(file, count);
            case "floor" -> floor(file, count, false);
            case "floor-ready" -> floor(file, count, true);
            default -> ours(file, count);
        }
    }

    private void ours(Path file, long count) {
        try (Telemetry telemetry = Telemetry.builder()
                .backend(this.name)
                .path(file.toString())
                .command("benchmark")
                .run("run-1")
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .queue(new TelemetrySettings.Queue(
                        1 << 16,
                        TelemetrySettings.Queue.defaults().maxBytes(),
                        WhenFull.BLOCK,
                        Duration.ofMinutes(1)))
                .closeTimeout(Duration.ofMinutes(1))
                .build()) {
            durably(telemetry);
            long start = System.nanoTime();
            for (int i = 0; i < count; i++) {
                var record = telemetry.record();
                for (int m = 0; m < Sample.NAMES.length; m++) {
                    record.metric(Sample.NAMES[m], this.sample.value(i, m));
                }
                record.status(this.sample.status(i))
                        .event(this.sample.event(i))
                        .message(this.sample.message(i))
                        .emit();
            }
            if (!telemetry.flush(Duration.ofMinutes(1))) {
                throw new IllegalStateException("Records were lost");
            }
            this.figures.put("rate", count * 1e9 / (System.nanoTime() - start));
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            this.figures.put("heap", (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
        }
    }

    /** Waits until the store is open: that happens once, not for each record. */
    private static void durably(Telemetry telemetry) {
        telemetry.record().event("open").emitDurably().join();
    }

    private TelemetryRecord record(int i) {
        return TelemetryRecord.builder(ORIGIN, i, 1_790_000_000_000_000L + i)
                .status(this.sample.status(i))
                .event(this.sample.event(i))
                .metrics(Sample.NAMES, this.sample.values(i))
                .message(this.sample.message(i))
                .build();
    }

    private void raw(Path file, long count) throws Exception {
        byte[][] lines = new byte[8192][];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = (RecordJson.write(record(i)) + "\n").getBytes(StandardCharsets.UTF_8);
        }
        long start = System.nanoTime();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < count; i++) {
                byte[] line = lines[i & (lines.length - 1)];
                if (buffer.remaining() < line.length) {
                    write(channel, buffer);
                }
                buffer.put(line);
            }
            write(channel, buffer);
            channel.force(false);
        }
        this.figures.put("rate", count * 1e9 / (System.nanoTime() - start));
    }

    private static void write(FileChannel channel, ByteBuffer buffer) throws Exception {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    private void log4j(Path file, long count) throws Exception {
        Log4j log4j = new Log4j(file);
        long start = System.nanoTime();
        try (log4j) {
            for (int i = 0; i < count; i++) {
                log4j.log(this.sample, i);
            }
            log4j.settle();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(false);
        }
        this.figures.put("rate", count * 1e9 / (System.nanoTime() - start));
    }

    private void floor(Path file, long count, boolean ready) throws SQLException {
        String[] texts = new String[8192];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = RecordJson.metrics(record(i));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode=WAL");
                statement.execute("PRAGMA synchronous=NORMAL");
                statement.execute(TABLE);
            }
            connection.setAutoCommit(false);
            long start = System.nanoTime();
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?,?,?,?,?,?,?,?)")) {
                Instant now = Instant.ofEpochSecond(1_790_000_000);
                String time = now.toString();
                for (int i = 0; i < count; i++) {
                    insert.setString(1, "benchmark-" + i);
                    insert.setString(2, ready ? time : now.plusNanos(i * 1000L).toString());
                    insert.setString(3, "benchmark");
                    insert.setString(4, this.sample.status(i).value());
                    insert.setString(5, this.sample.event(i));
                    insert.setString(
                            6, ready ? texts[i & (texts.length - 1)] : RecordJson.metrics(record(i)));
                    insert.setString(7, null);
                    insert.setString(8, this.sample.message(i));
                    insert.addBatch();
                    if ((i + 1) % TRANSACTION == 0) {
                        insert.executeBatch();
                        connection.commit();
                    }
                }
                insert.executeBatch();
                connection.commit();
            }
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
            this.figures.put("rate", count * 1e9 / (System.nanoTime() - start));
        }
    }
}
