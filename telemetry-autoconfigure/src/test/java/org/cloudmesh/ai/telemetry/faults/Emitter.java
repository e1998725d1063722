package org.cloudmesh.ai.telemetry.faults;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.cloudmesh.ai.telemetry.Durability;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordFilter;

/**
 * A process that records, to be killed, starved and hindered. It takes commands from its standard input, one a line,
 * and answers each with lines on its standard output.
 */
final class Emitter {

    private final Telemetry telemetry;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    private final String name;

    private long next;

    private Emitter(Telemetry telemetry, String name) {
        this.telemetry = telemetry;
        this.name = name;
    }

    /** Starts with a backend, a path, a durability, the metric's name and the first number. */
    public static void main(String[] arguments) throws Exception {
        Telemetry telemetry = Telemetry.builder()
                .backend(arguments[0])
                .path(arguments[1])
                .durability(Durability.valueOf(arguments[2]))
                .context(new TelemetrySettings.Context(Boolean.getBoolean("emitter.context"), Duration.ofSeconds(1)))
                .command("emitter")
                .build();
        Emitter emitter = new Emitter(telemetry, arguments[3]);
        emitter.next = Long.parseLong(arguments[4]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        emitter.say("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            emitter.run(words[0], words.length > 1 ? Long.parseLong(words[1]) : 0);
        }
        telemetry.close();
    }

    private void run(String command, long number) throws Exception {
        switch (command) {
            case "durable" -> durable(number);
            case "storm" -> {
                while (true) {
                    durable(50);
                    plainAndFlush(50);
                }
            }
            case "plain" -> {
                plain(number);
                say("emitted");
            }
            case "paced" -> paced(number);
            case "large" -> large(number);
            case "secret" -> secret();
            case "virtual" -> virtual((int) number);
            case "flush" -> say("flushed " + this.telemetry.flush(Duration.ofMillis(number)));
            case "count" -> say("count " + count());
            case "status" -> say(status());
            case "close" -> {
                this.telemetry.close();
                say("closed");
            }
            default -> throw new IllegalArgumentException(command);
        }
    }

    private void durable(long count) throws Exception {
        List<CompletableFuture<Void>> kept = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long number = this.next++;
            kept.add(this.telemetry
                    .record()
                    .metric(this.name, number)
                    .message("number " + number)
                    .emitDurably()
                    .thenRun(() -> acknowledge(number, number)));
        }
        CompletableFuture.allOf(kept.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    }

    private void plainAndFlush(long count) {
        long first = this.next;
        plain(count);
        if (this.telemetry.flush(Duration.ofSeconds(60))) {
            acknowledge(first, this.next - 1);
        }
    }

    private void plain(long count) {
        for (long i = 0; i < count; i++) {
            this.telemetry.emit(this.name, this.next++);
        }
    }

    /** Emits for so many milliseconds, ten records a millisecond, and says how long the calls took. */
    private void paced(long millis) throws Exception {
        long[] nanos = new long[(int) millis * 10];
        for (int i = 0; i < nanos.length; i++) {
            if (i % 10 == 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            long start = System.nanoTime();
            this.telemetry.emit(this.name, this.next++);
            nanos[i] = System.nanoTime() - start;
        }
        long[] sorted = LongStream.of(nanos).sorted().toArray();
        say("p50 " + sorted[sorted.length / 2] + " p99 " + sorted[(int) (sorted.length * 0.99)] + " max "
                + sorted[sorted.length - 1]);
    }

    private void large(long count) throws IOException {
        String text = "x".repeat(10_000_000);
        for (long i = 0; i < count; i++) {
            this.telemetry
                    .record()
                    .metric(this.name, this.next++)
                    .message(text)
                    .attribute("copy", text)
                    .emit();
        }
        say("emitted");
    }

    private void secret() throws IOException {
        for (String key : List.of(
                "password",
                "db_password",
                "Authorization",
                "api-key",
                "x_api_key",
                "apiKey",
                "access_token",
                "client_secret")) {
            this.telemetry
                    .record()
                    .metric(this.name, this.next++)
                    .attribute(key, "planted-in-attribute")
                    .emit();
        }
        say("emitted");
    }

    /** Emits ten records on each of so many virtual threads; by reflection, for this compiles for Java 17. */
    private void virtual(int threads) throws Exception {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        CountDownLatch done = new CountDownLatch(threads);
        long from = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            Runnable task = () -> {
                for (int n = 0; n < 10; n++) {
                    this.telemetry.emit(this.name, n);
                }
                done.countDown();
            };
            start.invoke(null, task);
        }
        done.await();
        say("took " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
    }

    private long count() {
        return ((PipelineView) this.telemetry)
                .source().groups(RecordFilter.ALL, Deadline.none()).stream()
                        .mapToLong((group) -> group.count())
                        .sum();
    }

    private String status() {
        StoreStatus status = ((PipelineView) this.telemetry).stores().get(0);
        String dropped = status.dropped().entrySet().stream()
                .map((entry) -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
        StoreStatus.Degraded degraded = status.degraded();
        return "accepted " + status.accepted() + " written " + status.written() + " dropped ["
                + dropped + "] queued " + status.queued() + " oversize "
                + status.normalised().getOrDefault("oversize", 0L) + " degraded "
                + (degraded == null ? "no" : degraded.since() + " " + degraded.reason());
    }

    private void acknowledge(long from, long to) {
        try {
            say("ack " + from + " " + to);
        } catch (IOException ex) {
            // Nobody listens any more: what is not heard is not acknowledged.
            throw new IllegalStateException(ex);
        }
    }

    private void say(String line) throws IOException {
        // One write to the system: what the parent has read was said before the kill.
        this.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
