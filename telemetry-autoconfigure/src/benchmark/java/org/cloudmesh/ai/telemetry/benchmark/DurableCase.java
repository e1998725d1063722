package org.cloudmesh.ai.telemetry.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntFunction;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.jspecify.annotations.Nullable;

/** Measures acknowledged durable writes: each caller waits for its record before it makes the next. */
final class DurableCase {

    private static final long WARM_UP = 1_000_000_000;

    private static final long MEASURED = 2_000_000_000;

    private final String name;

    private final int callers;

    private final Sample sample = new Sample(3);

    DurableCase(String name, int callers) {
        this.name = name;
        this.callers = callers;
    }

    Map<String, Double> measure() throws Exception {
        try (Scratch scratch = new Scratch()) {
            Path file = scratch.file("data");
            return this.name.equals("group") ? group(file) : ours(file);
        }
    }

    private Map<String, Double> ours(Path file) throws InterruptedException {
        try (Telemetry telemetry = Telemetry.builder()
                .backend(this.name)
                .path(file.toString())
                .command("benchmark")
                .context(new TelemetrySettings.Context(false, Duration.ofSeconds(1)))
                .build()) {
            return call((i) -> telemetry
                    .record()
                    .metric(Sample.NAMES[0], this.sample.value(i, 0))
                    .metric(Sample.NAMES[1], this.sample.value(i, 1))
                    .metric(Sample.NAMES[2], this.sample.value(i, 2))
                    .metric(Sample.NAMES[3], this.sample.value(i, 3))
                    .metric(Sample.NAMES[4], this.sample.value(i, 4))
                    .status(this.sample.status(i))
                    .event(this.sample.event(i))
                    .message(this.sample.message(i))
                    .emitDurably());
        }
    }

    /** One thread writes all that waits, 250 bytes each, and syncs once for all of it. */
    private Map<String, Double> group(Path file) throws IOException, InterruptedException {
        LinkedBlockingQueue<CompletableFuture<@Nullable Void>> queue = new LinkedBlockingQueue<>();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Thread writer = new Thread(() -> {
                try {
                    while (true) {
                        List<CompletableFuture<@Nullable Void>> batch = new ArrayList<>();
                        batch.add(queue.take());
                        queue.drainTo(batch);
                        ByteBuffer buffer = ByteBuffer.allocate(250 * batch.size());
                        while (buffer.hasRemaining()) {
                            channel.write(buffer);
                        }
                        channel.force(false);
                        batch.forEach((future) -> future.complete(null));
                    }
                } catch (InterruptedException ex) {
                    Thread.currentThread().interrupt();
                } catch (IOException ex) {
                    throw new UncheckedIOException(ex);
                }
            });
            writer.start();
            try {
                return call((i) -> {
                    CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
                    queue.add(future);
                    return future;
                });
            } finally {
                writer.interrupt();
                writer.join();
            }
        }
    }

    private Map<String, Double> call(IntFunction<CompletableFuture<@Nullable Void>> write)
            throws InterruptedException {
        write.apply(0).join();
        long begin = System.nanoTime() + WARM_UP;
        long end = begin + MEASURED;
        CountDownLatch done = new CountDownLatch(this.callers);
        List<long[]> all = new ArrayList<>();
        for (int c = 0; c < this.callers; c++) {
            int first = c;
            new Thread(() -> {
                        long[] nanos = new long[1 << 16];
                        int count = 0;
                        long now = System.nanoTime();
                        for (int i = first; now - end < 0; i++) {
                            long start = now;
                            write.apply(i).join();
                            now = System.nanoTime();
                            if (start - begin >= 0 && count < nanos.length) {
                                nanos[count++] = now - start;
                            }
                        }
                        synchronized (all) {
                            all.add(Arrays.copyOf(nanos, count));
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return Map.of(
                "rate", nanos.length * 1e9 / MEASURED, "p50", nanos[nanos.length / 2] / 1e6);
    }
}
