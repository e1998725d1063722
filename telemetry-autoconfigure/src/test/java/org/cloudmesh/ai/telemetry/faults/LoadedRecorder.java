package org.cloudmesh.ai.telemetry.faults;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;

/**
 * A recorder that is told by text what to do, so that it can live in a class loader of its own. As a program it runs
 * two of them, each with its own copy of the product and of SQLite's library, on one file: the first records all the
 * time while the second opens and closes it.
 */
public final class LoadedRecorder implements UnaryOperator<String> {

    private Telemetry telemetry;

    private long next;

    /** Starts with a path and a number of seconds. */
    public static void main(String[] arguments) throws Exception {
        String path = arguments[0];
        System.out.println("ready");
        UnaryOperator<String> first = load();
        UnaryOperator<String> second = load();
        first.apply("open " + path);
        acknowledge(first.apply("durable"));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[1]));
        int rounds = 0;
        while (System.nanoTime() < end) {
            second.apply("open " + path);
            second.apply("plain");
            acknowledge(first.apply("durable"));
            System.out.println("second " + second.apply("degraded"));
            second.apply("close");
            acknowledge(first.apply("durable"));
            rounds++;
        }
        System.out.println("first " + first.apply("status"));
        second.apply("open " + path);
        second.apply("plain");
        second.apply("degraded");
        first.apply("close");
        System.out.println("healed " + second.apply("heal"));
        second.apply("close");
        System.out.println("rounds " + rounds);
    }

    private static void acknowledge(String range) {
        System.out.println("ack " + range);
    }

    @SuppressWarnings("unchecked")
    private static UnaryOperator<String> load() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        ClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        return (UnaryOperator<String>) loader.loadClass(LoadedRecorder.class.getName())
                .getConstructor()
                .newInstance();
    }

    @Override
    public String apply(String command) {
        Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
        String[] words = command.split(" ");
        try {
            return switch (words[0]) {
                case "open" -> open(words[1]);
                case "durable" -> durable();
                case "plain" -> plain();
                case "degraded" -> awaitDegraded();
                case "heal" -> "" + this.telemetry.flush(Duration.ofSeconds(60));
                case "status" -> status();
                default -> close();
            };
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private String open(String path) {
        this.telemetry = Kept.open("sqlite", Path.of(path));
        return "";
    }

    private String durable() throws Exception {
        long from = this.next;
        List<CompletableFuture<Void>> kept = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            kept.add(this.telemetry.record().metric("n", this.next++).emitDurably());
        }
        CompletableFuture.allOf(kept.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        return from + " " + (this.next - 1);
    }

    private String plain() {
        for (int i = 0; i < 10; i++) {
            this.telemetry.emit("second", i);
        }
        return "";
    }

    private StoreStatus store() {
        return ((PipelineView) this.telemetry).stores().get(0);
    }

    private String awaitDegraded() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (store().degraded() == null && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        StoreStatus.Degraded degraded = store().degraded();
        return degraded == null ? "is not degraded" : degraded.reason();
    }

    private String status() {
        return store().written() + " " + store().dropped() + " " + (store().degraded() == null);
    }

    private String close() {
        this.telemetry.close();
        return "";
    }
}
