package org.cloudmesh.ai.telemetry.store.postgresql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A real PostgreSQL on loopback and a free port, from the binaries of this machine. {@link #shared()} is one for all
 * tests of the JVM; each test takes a database of its own. Without the binaries tests are skipped, but not on a CI
 * server.
 */
public final class PostgresServer implements AutoCloseable {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static PostgresServer shared;

    private final Path binaries;

    private final Path directory;

    private final int port;

    private Process process;

    private final List<String> options;

    private PostgresServer(Path binaries, Path directory, int port, List<String> options) {
        this.binaries = binaries;
        this.directory = directory;
        this.port = port;
        this.options = options;
    }

    /** Returns the server that tests share; it ends with the JVM. */
    public static synchronized PostgresServer shared() {
        if (shared == null) {
            shared = begin();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /**
     * Starts a server of the caller's own, to be stopped, frozen and killed.
     *
     * @param options each {@code name=value}, over those that make tests fast
     */
    public static PostgresServer begin(String... options) {
        Path binaries = binaries();
        if (binaries == null && System.getenv("CI") != null) {
            throw new IllegalStateException("There is no PostgreSQL on this CI server: install postgresql");
        }
        Assumptions.assumeTrue(binaries != null, "needs PostgreSQL's binaries");
        try {
            Path directory = Files.createTempDirectory("telemetry-postgresql");
            if (isRoot()) {
                Files.setOwner(
                        directory,
                        directory
                                .getFileSystem()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByName("postgres"));
            }
            int port;
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }
            PostgresServer server = new PostgresServer(binaries, directory, port, List.of(options));
            server.run(
                    binaries.resolve("initdb").toString(),
                    "-D",
                    server.data(),
                    "-U",
                    "telemetry",
                    "--auth=trust",
                    "--no-sync",
                    "--encoding=UTF8",
                    "--locale=C");
            server.start();
            return server;
        } catch (IOException | InterruptedException ex) {
            throw new IllegalStateException("PostgreSQL does not start", ex);
        }
    }

    private static Path binaries() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map((version) -> version.resolve("bin"))
                    .filter((bin) -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        } catch (IOException ex) {
            return null;
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private String data() {
        return this.directory.resolve("data").toString();
    }

    public int port() {
        return this.port;
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + this.port + "/" + database;
    }

    /** Makes an empty database and returns its name. */
    public String newDatabase() {
        String name = "test" + DATABASES.incrementAndGet();
        new JdbcTemplate(dataSource("postgres")).execute("CREATE DATABASE " + name);
        return name;
    }

    /** Returns a DataSource without a pool. */
    public DataSource dataSource(String database) {
        DriverManagerDataSource dataSource = new DriverManagerDataSource(url(database), "telemetry", "");
        return dataSource;
    }

    public void start() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(command(
                this.binaries.resolve("postgres").toString(),
                "-D",
                data(),
                "-p",
                Integer.toString(this.port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "shared_buffers=64MB",
                "-c",
                "max_connections=60"));
        this.options.forEach((option) -> command.addAll(List.of("-c", option)));
        this.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(this.directory.resolve("log").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try (Connection connection = DriverManager.getConnection(url("postgres"), "telemetry", "")) {
                return;
            } catch (SQLException ex) {
                if (System.nanoTime() - end > 0 || !this.process.isAlive()) {
                    throw new IllegalStateException(Files.readString(this.directory.resolve("log")), ex);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    /** Stops at once, in the midst of whatever it does; it recovers at the next start. */
    public void stopNow() throws IOException, InterruptedException {
        signal("QUIT");
        this.process.waitFor();
    }

    /** Sends a signal to the server and all of its processes. */
    public void signal(String name) throws IOException, InterruptedException {
        List<Long> processes = new ArrayList<>(List.of(this.process.pid()));
        if (name.equals("STOP") || name.equals("CONT")) {
            this.process.descendants().forEach((child) -> processes.add(child.pid()));
        }
        for (long pid : processes) {
            // A process of a connection that just ended is gone.
            new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }

    private List<String> command(String... command) {
        List<String> all = new ArrayList<>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private void run(String... command) throws IOException, InterruptedException {
        run(command(command));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Path.of("/").toFile())
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + output);
        }
    }

    @Override
    public void close() {
        try {
            if (this.process.isAlive()) {
                signal("CONT");
                stopNow();
            }
            try (Stream<Path> files = Files.walk(this.directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
