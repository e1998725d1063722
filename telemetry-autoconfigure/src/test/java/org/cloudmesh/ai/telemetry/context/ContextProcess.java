package org.cloudmesh.ai.telemetry.context;

import com.jayway.jsonpath.JsonPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A {@link ContextApplication} in a JVM of its own, asked over HTTP. */
final class ContextProcess implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Process process;

    private final StringBuffer log = new StringBuffer();

    private final Thread reader;

    private final String root;

    private ContextProcess(Process process) throws IOException {
        this.process = process;
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        while (line != null && !line.startsWith("port ")) {
            this.log.append(line).append('\n');
            line = out.readLine();
        }
        if (line == null) {
            throw new AssertionError("The application did not start: " + this.log);
        }
        this.root = "http://localhost:" + line.substring("port ".length());
        this.reader = new Thread(
                () -> out.lines().forEach(later -> this.log.append(later).append('\n')));
        this.reader.start();
    }

    /**
     * Starts the application and waits until it listens.
     *
     * @param through a command that runs another one; empty for none
     */
    static ContextProcess start(Path file, Map<String, String> environment, List<String> through) throws IOException {
        List<String> command = new ArrayList<>(through);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // To verify the classes takes a sixth of what the start does.
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote",
                "-cp",
                System.getProperty("java.class.path"),
                ContextApplication.class.getName(),
                file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new ContextProcess(process);
        } catch (IOException | AssertionError ex) {
            process.destroyForcibly();
            throw ex;
        }
    }

    String get(String path) {
        try {
            HttpResponse<String> response = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(this.root + path)).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException ex) {
            throw new AssertionError(path + ": " + ex + "\n" + this.log, ex);
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Asks and returns a part of the JSON answer. */
    <T> T json(String path, String part) {
        return JsonPath.read(get(path), part);
    }

    /** Ends the application in good order and returns all that it logged. */
    String end() throws InterruptedException {
        this.process.toHandle().destroy();
        if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("The application does not end: " + this.log);
        }
        this.reader.join();
        return this.log.toString();
    }

    @Override
    public void close() {
        this.process.destroyForcibly();
    }
}
