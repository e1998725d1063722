package org.cloudmesh.ai.telemetry.demo;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.cloudmesh.ai.telemetry.store.sqlite.SqliteStoreFactory;

/**
 * The machine of a {@link BadWeek}: busy when people ask, and its card is full while a run trains. Records of an
 * earlier time have no reading, so these are written as the history of the machine.
 */
final class WeekMachine {

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final int BATCH = 500;

    private static final long GIB = 1L << 30;

    private final Random random = new Random(7);

    private final ToDoubleFunction<Instant> asked;

    private final ToDoubleFunction<Instant> trained;

    /**
     * Plans a machine.
     *
     * @param asked how much people ask at a moment, 1 in a usual busy hour
     * @param trained 1 while a run trains, else 0
     */
    WeekMachine(ToDoubleFunction<Instant> asked, ToDoubleFunction<Instant> trained) {
        this.asked = asked;
        this.trained = trained;
    }

    /** Writes the readings of one run of the assistant. */
    void write(Path file, String run, Instant from, Instant to) throws StoreException {
        Origin origin = new Origin("machine-" + run, "assistant", run, Map.of());
        StoreSettings settings = new StoreSettings(file, new TelemetrySettings.Retention(null, 0), Clock.systemUTC());
        try (TelemetryStore store = new SqliteStoreFactory().create(settings)) {
            store.open();
            List<SystemReading> readings = new ArrayList<>();
            for (Instant at = from; at.isBefore(to); at = at.plus(INTERVAL)) {
                readings.add(new SystemReading(at.toEpochMilli() * 1000, system(at)));
                if (readings.size() == BATCH) {
                    store.writeReadings(origin, readings);
                    readings = new ArrayList<>();
                }
            }
            store.writeReadings(origin, readings);
        }
    }

    private Map<String, Object> system(Instant at) {
        double asks = this.asked.applyAsDouble(at);
        double trains = this.trained.applyAsDouble(at);
        double card = percent(4 + 30 * asks + 90 * trains);
        long cardUsed = (long) ((8.6 + 0.8 * asks + 11.5 * trains) * GIB);
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("cpu", "AMD EPYC");
        system.put("cpu_count", 16);
        system.put("cpu_percent", percent(6 + 44 * asks + 20 * trains));
        system.put("memory_total", 64 * GIB);
        system.put("memory_used", (long) ((19 + 7 * asks + 14 * trains + 0.3 * this.random.nextGaussian()) * GIB));
        system.put("gpu_present", true);
        system.put("gpu_model", "NVIDIA L4");
        system.put("gpu_percent", card);
        system.put("gpu_memory_total", 24 * GIB);
        system.put("gpu_memory_used", cardUsed);
        system.put(
                "gpus",
                List.of(Map.of(
                        "index",
                        0,
                        "percent",
                        card,
                        "memory_total",
                        24 * GIB,
                        "memory_used",
                        cardUsed,
                        "power",
                        tenths(17 + 0.55 * card))));
        return system;
    }

    private double percent(double mean) {
        return tenths(Math.max(0, Math.min(100, mean * (1 + 0.1 * this.random.nextGaussian()))));
    }

    private static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
