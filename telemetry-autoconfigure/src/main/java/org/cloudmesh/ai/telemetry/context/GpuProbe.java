package org.cloudmesh.ai.telemetry.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.cloudmesh.ai.telemetry.context.GpuDriver.Gpu;
import org.jspecify.annotations.Nullable;

/**
 * Reads all graphics cards. Drivers are known to hang, and a call into one cannot be cut off; so they are called on a
 * thread of their own, which ends at once where there is no card. The sampler waits for it a moment; figures that come
 * later go into the next reading, unless its own are in time, and while a driver hangs they are unknown.
 */
final class GpuProbe implements Probe {

    static final String THREAD_NAME = Sampler.THREAD_NAME + "-gpu";

    private static final long WAIT_MILLIS = 100;

    private static final long HANG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long CLOSE_MILLIS = 500;

    private final List<GpuDriver> drivers;

    private final Warnings warnings;

    /** Touched on the graphics thread only. */
    private final List<Gpu> found = new ArrayList<>();

    private @Nullable ThreadPoolExecutor executor;

    private @Nullable Future<List<Card>> pending;

    private long askedNanos;

    /** The cards without figures; null until they were counted. */
    private @Nullable List<Card> known;

    GpuProbe(List<GpuDriver> drivers, Warnings warnings) {
        this.drivers = List.copyOf(drivers);
        this.warnings = warnings;
    }

    @Override
    public String name() {
        return "graphics cards";
    }

    @Override
    public void read(Reading reading) throws Exception {
        List<Card> cards = this.known != null && this.known.isEmpty() ? this.known : ask();
        if (cards == null) {
            cards = this.known;
        } else {
            this.known = cards.stream().map(Card::withoutFigures).toList();
            if (cards.isEmpty()) {
                close();
            }
        }
        if (cards != null) {
            put(reading, cards);
        }
    }

    /** Returns the cards' state, null while it is not there yet. */
    private @Nullable List<Card> ask() throws Exception {
        Future<List<Card>> late = this.pending;
        if (late != null && !late.isDone()) {
            if (System.nanoTime() - this.askedNanos > HANG_NANOS) {
                this.warnings.warn(
                        "gpu/hang",
                        "A graphics driver has not answered for 5 seconds; the cards' figures are unknown until it does");
            }
            return null;
        }
        this.askedNanos = System.nanoTime();
        this.pending = executor().submit(this::readCards);
        List<Card> cards = get(this.pending, WAIT_MILLIS);
        if (cards != null) {
            this.pending = null;
            return cards;
        }
        return late == null ? null : get(late, 0);
    }

    private static @Nullable List<Card> get(Future<List<Card>> future, long millis) throws Exception {
        try {
            return future.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException ex) {
            return null;
        } catch (ExecutionException ex) {
            throw ex.getCause() instanceof Exception cause ? cause : ex;
        }
    }

    private ThreadPoolExecutor executor() {
        ThreadPoolExecutor executor = this.executor;
        if (executor == null) {
            executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), code -> {
                Thread thread = new Thread(code, THREAD_NAME);
                thread.setDaemon(true);
                thread.setPriority(Thread.MIN_PRIORITY);
                return thread;
            });
            this.executor = executor;
        }
        return executor;
    }

    private List<Card> readCards() {
        if (this.known == null && this.found.isEmpty()) {
            open();
        }
        List<Card> cards = new ArrayList<>();
        for (Gpu gpu : this.found) {
            try {
                cards.add(gpu.read());
            } catch (Exception | Error ex) {
                // JNA has an error of its own for a library that crashes.
                this.warnings.warn(
                        "gpu/" + gpu.card().id(),
                        "A graphics card cannot be read; its figures are unknown until it can: " + ex.getMessage());
                cards.add(gpu.card());
            }
        }
        return cards;
    }

    private void open() {
        for (GpuDriver driver : this.drivers) {
            try {
                this.found.addAll(driver.open(this.found.stream().map(Gpu::card).toList()));
            } catch (Exception | Error ex) {
                this.warnings.failed("graphics cards (" + driver.name() + ")", ex);
            }
        }
    }

    private static void put(Reading reading, List<Card> cards) {
        List<Map<String, @Nullable Object>> maps = new ArrayList<>();
        for (Card card : cards) {
            maps.add(card.toMap(maps.size()));
        }
        reading.put(SystemField.GPU_PRESENT, !cards.isEmpty());
        reading.put(SystemField.GPUS, List.copyOf(maps));
        reading.put(SystemField.GPU_MODEL, cards.isEmpty() ? null : cards.get(0).model());
        reading.put(
                SystemField.GPU_PERCENT,
                known(cards, Card::percent).stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(-1));
        reading.put(SystemField.GPU_MEMORY_TOTAL, sum(known(cards, Card::memoryTotal)));
        reading.put(SystemField.GPU_MEMORY_USED, sum(known(cards, Card::memoryUsed)));
    }

    /** Returns the figure of the cards that give it. */
    private static <T> List<T> known(List<Card> cards, Function<Card, @Nullable T> figure) {
        List<T> known = new ArrayList<>();
        for (Card card : cards) {
            T value = figure.apply(card);
            if (value != null) {
                known.add(value);
            }
        }
        return known;
    }

    private static @Nullable Long sum(List<Long> values) {
        return values.isEmpty()
                ? null
                : Long.valueOf(values.stream().mapToLong(Long::longValue).sum());
    }

    /** Lets the drivers go, on their thread; one that hangs keeps it until it returns. */
    @Override
    public void close() {
        ThreadPoolExecutor executor = this.executor;
        if (executor == null) {
            return;
        }
        this.executor = null;
        executor.execute(() -> this.drivers.forEach(GpuDriver::close));
        executor.shutdown();
        try {
            executor.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
