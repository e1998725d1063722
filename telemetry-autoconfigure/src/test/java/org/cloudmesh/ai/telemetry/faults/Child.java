package org.cloudmesh.ai.telemetry.faults;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM of its own that runs an {@link Emitter}. */
final class Child implements AutoCloseable {

    private static final Pattern STATUS = Pattern.compile(
            "accepted (\\d+) written (\\d+) dropped \\[(.*)\\] queued (\\d+) oversize (\\d+) degraded (.*)");

    private final Process process;

    private final Writer in;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private final List<long[]> acknowledged = new ArrayList<>();

    private final AtomicInteger acknowledgements = new AtomicInteger();

    private final StringBuffer errors = new StringBuffer();

    private final Thread reader;

    /** What the child said of its recorder. */
    record Status(long accepted, long written, Map<String, Long> dropped, long queued, long oversize, String degraded) {

        boolean isDegraded() {
            return !this.degraded.equals("no");
        }

        /** I1. */
        boolean isExact() {
            long lost =
                    this.dropped.values().stream().mapToLong(Long::longValue).sum();
            return this.accepted == this.written + lost + this.queued;
        }
    }

    private Child(Process process) {
        this.process = process;
        this.in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.reader = new Thread(this::read, "child-output");
        this.reader.setDaemon(true);
        this.reader.start();
        Thread complaints = new Thread(this::readErrors, "child-errors");
        complaints.setDaemon(true);
        complaints.start();
    }

    /** How a child is started; each part has a default. */
    static final class Start {

        private final List<String> before = new ArrayList<>();

        private final List<String> options = new ArrayList<>();

        private final Map<String, String> environment = new LinkedHashMap<>();

        private String java =
                Path.of(System.getProperty("java.home"), "bin", "java").toString();

        private String durability = "RELAXED";

        private String metric = "n";

        private String classPath = System.getProperty("java.class.path");

        private long first;

        /** A program that starts the JVM. */
        Start through(String... command) {
            this.before.addAll(List.of(command));
            return this;
        }

        Start option(String option) {
            this.options.add(option);
            return this;
        }

        Start environment(String name, String value) {
            this.environment.put(name, value);
            return this;
        }

        Start java(Path java) {
            this.java = java.toString();
            return this;
        }

        /** Puts a library before all others. */
        Start library(Path jar) {
            this.classPath = jar + System.getProperty("path.separator") + this.classPath;
            return this;
        }

        Start durability(String durability) {
            this.durability = durability;
            return this;
        }

        Start metric(String metric, long first) {
            this.metric = metric;
            this.first = first;
            return this;
        }

        Child on(String backend, Path path) throws Exception {
            return main(
                    Emitter.class, backend, path.toString(), this.durability, this.metric, Long.toString(this.first));
        }

        Child main(Class<?> main, String... arguments) throws Exception {
            List<String> command = new ArrayList<>(this.before);
            command.addAll(List.of(this.java, "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC"));
            // To verify the classes of an application takes a sixth of what its start does.
            command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
            if (this.options.stream().noneMatch((option) -> option.startsWith("-Xmx"))) {
                command.add("-Xmx256m");
            }
            command.addAll(this.options);
            command.addAll(List.of("-cp", this.classPath, main.getName()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(this.environment);
            Child child = new Child(builder.start());
            try {
                child.expect("ready");
            } catch (Exception ex) {
                child.close();
                throw ex;
            }
            return child;
        }
    }

    static Start start() {
        return new Start();
    }

    Process process() {
        return this.process;
    }

    void send(String command) throws IOException {
        this.in.write(command + "\n");
        this.in.flush();
    }

    /** Waits for a line that begins so, passing over others. */
    String expect(String beginning) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < end) {
            String line = this.lines.poll(50, TimeUnit.MILLISECONDS);
            if (line != null && line.startsWith(beginning)) {
                return line;
            }
            if (line == null && !this.process.isAlive() && !this.reader.isAlive() && this.lines.isEmpty()) {
                break;
            }
        }
        throw new AssertionError("The child did not say \"" + beginning + "\": " + this.errors);
    }

    String ask(String command, String beginning) throws Exception {
        send(command);
        return expect(beginning);
    }

    Status status() throws Exception {
        Matcher matcher = STATUS.matcher(ask("status", "accepted"));
        if (!matcher.matches()) {
            throw new AssertionError("no status");
        }
        Map<String, Long> dropped = new LinkedHashMap<>();
        for (String entry : matcher.group(3).split(",")) {
            if (!entry.isEmpty()) {
                dropped.put(
                        entry.substring(0, entry.indexOf('=')), Long.valueOf(entry.substring(entry.indexOf('=') + 1)));
            }
        }
        return new Status(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                dropped,
                Long.parseLong(matcher.group(4)),
                Long.parseLong(matcher.group(5)),
                matcher.group(6));
    }

    /** Waits until so many acknowledgements were read. */
    void awaitAcknowledgements(int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (this.acknowledgements.get() < count) {
            if (System.nanoTime() > end || !this.reader.isAlive()) {
                throw new AssertionError("no acknowledgement came: " + this.errors);
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** Sends SIGKILL and returns all numbers that the child had acknowledged, as ranges with both ends. */
    List<long[]> kill() throws InterruptedException {
        this.process.toHandle().destroyForcibly();
        this.process.waitFor();
        this.reader.join();
        synchronized (this.acknowledged) {
            return List.copyOf(this.acknowledged);
        }
    }

    List<long[]> acknowledged() {
        synchronized (this.acknowledged) {
            return List.copyOf(this.acknowledged);
        }
    }

    /** Returns all that the child wrote, but for acknowledgements: its log. */
    String log() {
        return this.errors.toString();
    }

    /** Ends the child in good order. */
    void end() throws Exception {
        this.in.close();
        if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the child did not end");
        }
        this.reader.join();
    }

    private void read() {
        try (BufferedReader out = this.process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("ack") && words.length == 3) {
                    synchronized (this.acknowledged) {
                        this.acknowledged.add(new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])});
                    }
                    this.acknowledgements.incrementAndGet();
                } else {
                    this.lines.add(line);
                    this.errors.append(line).append('\n');
                }
            }
        } catch (IOException ex) {
            // The child is dead: that was asked for.
            return;
        }
    }

    private void readErrors() {
        try (BufferedReader err =
                new BufferedReader(new InputStreamReader(this.process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                this.errors.append(line).append('\n');
            }
        } catch (IOException | UncheckedIOException ex) {
            return;
        }
    }

    @Override
    public void close() {
        this.process.destroyForcibly();
    }
}
