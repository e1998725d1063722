package org.cloudmesh.ai.telemetry.context;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the machine on one thread of its own and publishes each reading as an immutable map.
 *
 * <p>The first reading leaves out what needs long to get ready, the second follows at once and the third a quarter of a
 * second later. After that, the sampler pauses for the interval, or for 20 times what the reading took when that is
 * longer (at most a minute): it works at most a twentieth of the time. A probe that fails leaves its own fields unknown
 * and those of the others alone.
 */
final class Sampler implements AutoCloseable {

    static final String THREAD_NAME = "telemetry-sampler";

    private static final int REST_FACTOR = 20;

    private static final long MAX_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Supplier<? extends List<? extends Probe>> probes;

    private final List<Slot> slots = new ArrayList<>();

    private final long intervalNanos;

    private final Clock clock;

    private final Map<String, @Nullable Object> extras;

    private final Warnings warnings;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable Map<String, @Nullable Object> system;

    private volatile @Nullable Map<String, @Nullable Object> constants;

    private final List<ContextSource.ReadingListener> readers = new CopyOnWriteArrayList<>();

    private final CountDownLatch firstReading = new CountDownLatch(1);

    private volatile boolean closed;

    private @Nullable Thread thread;

    private long readings;

    /**
     * Creates a sampler that has not started.
     *
     * @param probes asked for on the sampler's thread, when it begins
     * @param interval between readings
     * @param clock gives readings their time
     * @param extras fields that each reading carries as they are
     * @param warnings is told what fails
     */
    Sampler(
            Supplier<? extends List<? extends Probe>> probes,
            Duration interval,
            Clock clock,
            Map<String, ? extends @Nullable Object> extras,
            Warnings warnings) {
        this.probes = probes;
        this.intervalNanos = (interval.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : interval).toNanos();
        this.clock = clock;
        this.extras = new LinkedHashMap<>(extras);
        this.warnings = warnings;
    }

    synchronized void start() {
        if (this.thread == null && !this.closed) {
            Thread thread = new Thread(this::run, THREAD_NAME);
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            // An application that is restarted in the same JVM must not be held by what it started.
            thread.setContextClassLoader(Sampler.class.getClassLoader());
            this.thread = thread;
            thread.start();
        }
    }

    @Nullable
    Map<String, @Nullable Object> system() {
        return this.system;
    }

    @Nullable
    Map<String, @Nullable Object> constants() {
        return this.constants;
    }

    /** Returns the constants, or each as unknown when there are none within that time. */
    Map<String, @Nullable Object> awaitConstants(Duration timeout) {
        try {
            this.firstReading.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        Map<String, @Nullable Object> constants = this.constants;
        return constants == null ? map(Map.of()) : constants;
    }

    void onReading(ContextSource.ReadingListener reader) {
        this.readers.add(reader);
    }

    void onConstantsChange(Runnable listener) {
        this.listeners.add(listener);
    }

    /** Ends the thread, within two seconds; a reading that hangs is left to end by itself. */
    @Override
    public void close() {
        Thread thread;
        synchronized (this) {
            this.closed = true;
            thread = this.thread;
        }
        if (thread == null || thread == Thread.currentThread()) {
            return;
        }
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            addSlots();
            readQuietly(false);
            // Loads libraries, and says nothing of how long later readings take.
            readQuietly(true);
            // What is a share of the time since the previous reading is known soon, for the sake of short runs.
            pause(Math.min(this.intervalNanos, FIRST_PAUSE_NANOS));
            while (!this.closed) {
                long start = System.nanoTime();
                readQuietly(true);
                pause(pauseNanos(this.intervalNanos, System.nanoTime() - start));
            }
        } finally {
            this.slots.forEach(slot -> closeQuietly(slot.probe));
        }
    }

    private void addSlots() {
        try {
            this.probes.get().forEach((probe) -> this.slots.add(new Slot(probe)));
        } catch (Throwable ex) {
            // A library that is half there, for example: all fields stay unknown.
            this.warnings.failed("state", ex);
        }
    }

    private void pause(long pause) {
        long deadline = System.nanoTime() + pause;
        long left = pause;
        while (!this.closed && left > 0) {
            LockSupport.parkNanos(this, left);
            // Nobody interrupts this thread on purpose, and a set flag would make each park return at once.
            Thread.interrupted();
            left = deadline - System.nanoTime();
        }
    }

    static long pauseNanos(long intervalNanos, long tookNanos) {
        long rest = Math.min(REST_FACTOR * tookNanos, MAX_PAUSE_NANOS);
        return Math.max(intervalNanos, rest);
    }

    private void readQuietly(boolean full) {
        try {
            read(full);
        } catch (Throwable ex) {
            // Out of memory, for example: whatever it is, later readings may work.
            this.warnings.failed("state", ex);
        }
    }

    private void read(boolean full) {
        Reading reading = new Reading();
        for (Slot slot : this.slots) {
            if (this.closed) {
                return;
            }
            if (full || !slot.probe.slowStart()) {
                slot.read(reading);
            }
        }
        this.readings++;
        Instant now = this.clock.instant();
        reading.put(SystemField.SAMPLED_AT, now.truncatedTo(ChronoUnit.MILLIS).toString());
        reading.commit();
        Map<String, @Nullable Object> system = publish(reading.fields());
        if (full) {
            long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
            this.readers.forEach((reader) -> call(() -> reader.onReading(micros, system)));
        }
    }

    private Map<String, @Nullable Object> publish(Map<SystemField, @Nullable Object> fields) {
        Map<String, @Nullable Object> constants = map(constantsOf(fields));
        boolean changed = !constants.equals(this.constants);
        if (changed) {
            this.constants = constants;
        }
        Map<String, @Nullable Object> system = map(fields);
        this.system = system;
        this.firstReading.countDown();
        if (changed) {
            this.listeners.forEach(this::call);
        }
        return system;
    }

    private void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException ex) {
            this.warnings.warn("listener", "A listener to the machine's state failed: " + ex);
        }
    }

    private Map<String, @Nullable Object> map(Map<SystemField, @Nullable Object> fields) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (SystemField field : SystemField.values()) {
            map.put(field.key(), fields.get(field));
        }
        map.putAll(this.extras);
        return Collections.unmodifiableMap(map);
    }

    private static Map<SystemField, @Nullable Object> constantsOf(Map<SystemField, @Nullable Object> fields) {
        Map<SystemField, @Nullable Object> constants = new EnumMap<>(SystemField.class);
        fields.forEach((field, value) -> {
            if (field.kind() == SystemField.Kind.CONSTANT) {
                constants.put(field, value);
            } else if (field.kind() == SystemField.Kind.CARDS) {
                constants.put(field, Card.constantsOf(value));
            }
        });
        return constants;
    }

    private void closeQuietly(Probe probe) {
        try {
            probe.close();
        } catch (Throwable ex) {
            this.warnings.failed(probe.name(), ex);
        }
    }

    /** A probe, and what it put when it last took part. */
    private final class Slot {

        private final Probe probe;

        private Map<SystemField, @Nullable Object> latest = Map.of();

        private long lastRead = -1;

        Slot(Probe probe) {
            this.probe = probe;
        }

        void read(Reading reading) {
            boolean due = this.lastRead < 0 || Sampler.this.readings - this.lastRead >= this.probe.every();
            if (!due) {
                reading.repeat(this.latest);
                return;
            }
            this.lastRead = Sampler.this.readings;
            try {
                this.probe.read(reading);
                this.latest = reading.commit();
            } catch (Throwable ex) {
                reading.rollback();
                this.latest = Map.of();
                if (!Sampler.this.closed) {
                    Sampler.this.warnings.failed(this.probe.name(), ex);
                }
            }
        }
    }
}
