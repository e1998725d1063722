package org.cloudmesh.ai.telemetry.store.sqlite;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreSettings;

/** A process that writes records of attributes of many values, in small cells and runs, until it is killed. */
public final class NeedleWriter {

    private static final int RECORDS = 200_000;

    private NeedleWriter() {}

    /** Starts with the path of the file and a seed. */
    public static void main(String[] arguments) throws Exception {
        List<TelemetryRecord> records = Records.needles(Long.parseLong(arguments[1]), RECORDS);
        try (SqliteStore store = new SqliteStore(
                new StoreSettings(Path.of(arguments[0]), Retention.defaults(), Clock.systemUTC()),
                new RollupTreeSettings(16, 2, 4, 64, 4, 100, 20, 200, 0))) {
            store.open();
            System.out.println("ready");
            for (int at = 0; at < RECORDS; at += 100) {
                store.write(records.subList(at, at + 100), false);
            }
        }
    }
}
