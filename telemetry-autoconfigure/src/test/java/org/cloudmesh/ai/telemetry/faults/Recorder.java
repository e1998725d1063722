package org.cloudmesh.ai.telemetry.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;

/** A recorder in this JVM, under a steady load of numbered records, a thousand a second. */
final class Recorder implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(Faults.SUITE ? 5 : 30);

    final Telemetry telemetry;

    private final AtomicLong next = new AtomicLong();

    private final AtomicReference<Throwable> thrown = new AtomicReference<>();

    private final List<Thread> load = new ArrayList<>();

    private volatile boolean loading = true;

    private volatile long slowest;

    Recorder(String backend, Path path) {
        this.telemetry = Kept.open(backend, path);
    }

    /** Begins the load; the caller's thread does not wait. */
    Recorder load(int textLength) {
        String text = "x".repeat(textLength);
        Thread thread = new Thread(() -> emit(text), "load");
        this.load.add(thread);
        thread.start();
        return this;
    }

    private void emit(String text) {
        try {
            while (this.loading) {
                long start = System.nanoTime();
                this.telemetry
                        .record()
                        .metric("n", this.next.getAndIncrement())
                        .message(text)
                        .emit();
                this.slowest = Math.max(this.slowest, System.nanoTime() - start);
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (Throwable ex) {
            this.thrown.set(ex);
        }
    }

    /** Ends the load and shows that it was never disturbed: I3. */
    void endLoad() throws InterruptedException {
        this.loading = false;
        for (Thread thread : this.load) {
            thread.join();
        }
        assertThat(this.thrown.get()).isNull();
        assertThat(Duration.ofNanos(this.slowest)).isLessThan(Duration.ofMillis(Faults.SUITE ? 500 : 2_000));
    }

    /** Returns how many numbers were emitted; they begin at 0. */
    long emitted() {
        return this.next.get();
    }

    StoreStatus status() {
        return ((PipelineView) this.telemetry).stores().get(0);
    }

    long lost() {
        return status().dropped().values().stream().mapToLong(Long::longValue).sum();
    }

    /** I4. */
    String awaitDegraded() {
        await().atMost(LIMIT).until(() -> status().degraded() != null);
        StoreStatus.Degraded degraded = status().degraded();
        return degraded == null ? "" : degraded.reason();
    }

    /** Returns how long it took. */
    Duration awaitHealed() {
        long start = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10)).atMost(LIMIT).until(() -> status().degraded() == null);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** I1. */
    void assertExact() {
        StoreStatus status = status();
        long lost =
                status.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(status.written() + status.queued() + lost).isEqualTo(status.accepted());
    }

    long count() {
        return ((PipelineView) this.telemetry)
                .source().groups(RecordFilter.ALL, Deadline.none()).stream()
                        .mapToLong((group) -> group.count())
                        .sum();
    }

    boolean answers() {
        try {
            return count() > 0;
        } catch (QueryException ex) {
            return false;
        }
    }

    @Override
    public void close() {
        this.loading = false;
        this.telemetry.close();
    }
}
