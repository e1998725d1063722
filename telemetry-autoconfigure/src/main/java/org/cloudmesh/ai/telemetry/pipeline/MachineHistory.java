package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordDuration;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's readings between the records: chooses those that stores keep although no record comes, and tells a
 * record with a duration what the machine did meanwhile.
 *
 * <p>The readings of the last hour are in memory. What a longer job, or one that an earlier start of the program began,
 * saw before is asked of the store. The writer asks, so that emit costs what it costs, and spends at most a twentieth
 * of its time on that; a record that comes in between is told what memory knows, and {@code seconds} says how much that
 * is. Of records that ended before memory begins, which are imported rather than measured, nothing is asked.
 *
 * <p>Readings come on the sampler's thread, all else happens on the writer's.
 */
final class MachineHistory implements ContextSource.ReadingListener {

    private static final Logger logger = LoggerFactory.getLogger(MachineHistory.class);

    // A sampler whose readings take long pauses for a minute.
    private static final Duration LONGEST_GAP = Duration.ofMinutes(2);

    // An hour of them, should no store keep any that long.
    private static final int MOST_WAITING = 360;

    // Half a day of one each ten seconds; the readings of longer jobs are thinned out.
    private static final int MOST_ASKED_FOR = 4_000;

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private static final int REST_FACTOR = 20;

    private final long interval;

    private final long slack;

    private final long longestGap;

    private final String command;

    private final Supplier<? extends @Nullable RecordSource> store;

    private final ReadingWindow window = new ReadingWindow();

    // Guarded by itself, as what follows.
    private final List<SystemReading> due = new ArrayList<>();

    private @Nullable SystemReading latest;

    private long lastDue;

    private boolean several;

    private boolean any;

    private long restUntil = System.nanoTime();

    /**
     * Creates a history without readings.
     *
     * @param settings how often which readings are made and kept
     * @param origin whose records are told
     * @param store answers for what is older than memory; null when none does
     */
    MachineHistory(
            TelemetrySettings.Context settings, Origin origin, Supplier<? extends @Nullable RecordSource> store) {
        this.interval = Limits.nanos(settings.history()) / 1_000;
        // The reading that is nearest to the due time: each comes a little later than the interval says.
        this.slack = Math.min(this.interval, Limits.nanos(settings.interval()) / 1_000) / 2;
        this.longestGap = Math.max(
                LONGEST_GAP.toNanos() / 1_000, 2 * Math.max(this.interval, Limits.nanos(settings.interval()) / 1_000));
        this.command = origin.command();
        this.store = store;
    }

    @Override
    public void onReading(long micros, Map<String, @Nullable Object> system) {
        this.window.add(micros, ReadingFigures.of(system));
        if (this.interval <= 0) {
            return;
        }
        synchronized (this.due) {
            SystemReading reading = new SystemReading(micros, system);
            this.latest = reading;
            boolean first = !this.any;
            if (first || micros < this.lastDue || micros - this.lastDue >= this.interval - this.slack) {
                this.any = true;
                this.several |= !first;
                this.lastDue = micros;
                this.due.add(reading);
                if (this.due.size() > MOST_WAITING) {
                    this.due.remove(0);
                }
            }
        }
    }

    /**
     * Returns the readings that are due to be kept, the oldest first, each once. The first one waits for the second: a
     * program that ends before is told of by its records alone.
     *
     * @param last whether the recorder closes, so that its last reading is due
     */
    List<SystemReading> take(boolean last) {
        synchronized (this.due) {
            SystemReading latest = this.latest;
            if (!this.several) {
                return List.of();
            }
            if (last && latest != null && latest.at() > this.lastDue) {
                this.lastDue = latest.at();
                this.due.add(latest);
            }
            List<SystemReading> taken = List.copyOf(this.due);
            this.due.clear();
            return taken;
        }
    }

    /** Returns the record with what the machine did over its duration, if it has one that saw two readings. */
    TelemetryRecord withDuring(TelemetryRecord record) {
        long duration = RecordDuration.micros(record);
        if (duration <= 0 || !this.window.mayHaveTwo(record.timestampMicros() - duration)) {
            return record;
        }
        Map<String, @Nullable Object> during = during(record.timestampMicros() - duration, record.timestampMicros());
        return during == null ? record : record.withDuring(during);
    }

    private @Nullable Map<String, @Nullable Object> during(long from, long to) {
        ReadingTotals totals = new ReadingTotals(from, to, this.longestGap);
        long oldest = this.window.oldest();
        if (from < oldest && oldest <= to) {
            for (SystemReading reading : stored(from, oldest)) {
                totals.add(reading.at(), ReadingFigures.of(reading.system()));
            }
        }
        this.window.addTo(totals, from, to);
        return totals.toMap();
    }

    /** Returns the readings that the store has of that range. */
    private List<SystemReading> stored(long from, long to) {
        long start = System.nanoTime();
        RecordSource source = start - this.restUntil < 0 ? null : this.store.get();
        if (source == null) {
            return List.of();
        }
        try {
            RecordFilter filter = RecordFilter.builder()
                    .command(this.command)
                    .from(EpochMicros.instant(from))
                    .to(EpochMicros.instant(to))
                    .build();
            return source.readings(filter, MOST_ASKED_FOR, Deadline.after(PATIENCE));
        } catch (RuntimeException | LinkageError ex) {
            // Whatever a store meets, the record is worth more than what it lacks.
            logger.debug("The store does not tell what the machine did before {}", EpochMicros.instant(to), ex);
            return List.of();
        } finally {
            this.restUntil = System.nanoTime() + REST_FACTOR * (System.nanoTime() - start);
        }
    }
}
