package org.cloudmesh.ai.telemetry.benchmark;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A JVM that runs {@link WebApplication}: with the starter on its class path, or with the same jars without it. */
final class ChildApplication implements AutoCloseable {

    /** What Boot's starters for the web and the actuator bring. */
    private static final Set<String> PLAIN = Set.of(
            "HdrHistogram",
            "commons-logging",
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jakarta.annotation-api",
            "jspecify",
            "jul-to-slf4j",
            "log4j-api",
            "log4j-to-slf4j",
            "logback-classic",
            "logback-core",
            "micrometer-commons",
            "micrometer-core",
            "micrometer-jakarta9",
            "micrometer-observation",
            "slf4j-api",
            "snakeyaml",
            "spring-aop",
            "spring-beans",
            "spring-boot",
            "spring-boot-actuator",
            "spring-boot-actuator-autoconfigure",
            "spring-boot-autoconfigure",
            "spring-boot-health",
            "spring-boot-http-converter",
            "spring-boot-jackson",
            "spring-boot-micrometer-metrics",
            "spring-boot-micrometer-observation",
            "spring-boot-servlet",
            "spring-boot-tomcat",
            "spring-boot-web-server",
            "spring-boot-webmvc",
            "spring-context",
            "spring-core",
            "spring-expression",
            "spring-web",
            "spring-webmvc",
            "tomcat-embed-core",
            "tomcat-embed-el",
            "tomcat-embed-websocket");

    /** What ours adds. */
    private static final Set<String> STARTER = Set.of(
            "spring-jdbc",
            "spring-tx",
            "sqlite-jdbc",
            "oshi-core",
            "oshi-common",
            "jna-jpms",
            "jna-platform-jpms");

    private final Process process;

    private final BufferedReader out;

    private final Writer in;

    private final double secondsToReady;

    private ChildApplication(Process process, long start) throws IOException {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        linesUntil(WebApplication.READY);
        this.secondsToReady = (System.nanoTime() - start) / 1e9;
    }

    /** Starts one and waits until it is ready. */
    static ChildApplication start(boolean starter, Path file, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-Xmx256m", "-classpath", classPath(starter), WebApplication.class.getName()));
        command.add("--telemetry.path=" + file);
        long start = System.nanoTime();
        return new ChildApplication(
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start(),
                start);
    }

    /**
     * The starter is the last dependency, as with an application that adds it: what it brings stands behind all else. The jar
     * of this module takes the place of its directory of classes, as users have it.
     */
    private static String classPath(boolean starter) throws IOException {
        List<String> entries = entries((entry) -> entry.endsWith("test-classes") || PLAIN.contains(artifact(entry)));
        if (starter) {
            entries.add(jar());
            entries.addAll(entries((entry) -> STARTER.contains(artifact(entry))));
        }
        return String.join(File.pathSeparator, entries);
    }

    private static List<String> entries(Predicate<String> chosen) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(chosen)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static String jar() throws IOException {
        Path classes = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter((entry) -> entry.endsWith(Path.of("target", "classes")))
                .findFirst()
                .orElseThrow();
        try (Stream<Path> files = Files.list(classes.getParent())) {
            return files.filter((file) -> artifact(file.toString()).equals("telemetry-autoconfigure"))
                    .filter((file) -> file.toString().endsWith("SNAPSHOT.jar"))
                    .findFirst()
                    .orElse(classes)
                    .toString();
        }
    }

    private static String artifact(String entry) {
        return Path.of(entry).getFileName().toString().replaceFirst("-\\d.*", "");
    }

    double secondsToReady() {
        return this.secondsToReady;
    }

    /** Returns the figures that answer a question: {@code heap} or {@code cpu}. */
    Map<String, Double> ask(String question) throws IOException {
        this.in.write(question + '\n');
        this.in.flush();
        return Fork.figures(linesUntil(WebApplication.END));
    }

    private List<String> linesUntil(String last) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = this.out.readLine(); !last.equals(line); line = this.out.readLine()) {
            if (line == null) {
                throw new IllegalStateException("The application ended: " + lines);
            }
            lines.add(line);
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        this.in.close();
        try {
            this.process.waitFor();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
