package org.cloudmesh.ai.telemetry.store.postgresql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A real PostgreSQL on loopback and a free port, from the binaries of this machine. {@link #shared()} is one for all
 * tests of the JVM; each test takes a database of its own. Without the binaries tests are skipped, but not on a CI
 * server.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String PASSWORD_ROLE = "with_password";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static PostgresServer shared;

    private final Path binaries;

    private final Path directory;

    private int port;

    private Process process;

    private final List<String> options;

    private PostgresServer(Path binaries, Path directory, List<String> options) {
        this.binaries = binaries;
        this.directory = directory;
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
                Files.setOwner(directory, owner(directory));
            }
            PostgresServer server = new PostgresServer(binaries, directory, List.of(options));
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
            Path rules = directory.resolve("data").resolve("pg_hba.conf");
            Files.writeString(
                    rules, "host all +" + PASSWORD_ROLE + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                server.port = socket.getLocalPort();
            }
            server.start();
            new JdbcTemplate(server.dataSource("postgres")).execute("CREATE ROLE " + PASSWORD_ROLE);
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

    /** Returns the role whose members need a password; all others are let in without. */
    public String passwordRole() {
        return PASSWORD_ROLE;
    }

    /** Makes a directory that the server may write to. */
    public Path directory(String name) throws IOException {
        Path made = Files.createDirectories(this.directory.resolve(name));
        if (isRoot()) {
            Files.setOwner(made, owner(made));
        }
        return made;
    }

    private static UserPrincipal owner(Path path) throws IOException {
        return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres");
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + this.port + "/" + database;
    }

    /** Makes an empty database and returns its name. */
    public String newDatabase() {
        String name = "test" + DATABASES.incrementAndGet();
        new JdbcTemplate(dataSource("postgres")).execute("CREATE DATABASE " + name + " STRATEGY file_copy");
        return name;
    }

    /** Makes an empty database and returns a {@linkplain #pool pool} of connections to it. */
    public HikariDataSource newPool(int size) {
        return pool(dataSource(newDatabase()), size);
    }

    /**
     * Returns a pool, as applications have; the caller closes it. To begin a connection costs the server more than most
     * statements do.
     */
    public static HikariDataSource pool(DataSource connections, int size) {
        HikariConfig pool = new HikariConfig();
        pool.setDataSource(connections);
        pool.setMaximumPoolSize(size);
        pool.setMinimumIdle(0);
        return new HikariDataSource(pool);
    }

    /**
     * Returns a pool of a role that may read and write the tables that are there, and owns none; the caller closes it.
     *
     * @param owner of the tables
     */
    public static HikariDataSource poolOfALimitedRole(JdbcTemplate owner, int size) {
        String role = "limited" + System.nanoTime();
        owner.execute("CREATE ROLE " + role + " LOGIN");
        owner.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + role);
        String url = owner.execute(
                (Connection connection) -> connection.getMetaData().getURL());
        return pool(new DriverManagerDataSource(url, role, ""), size);
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
        awaitAnswer();
    }

    /** Waits until the server can be used. */
    public void awaitAnswer() {
        Awaitility.await("PostgreSQL answers")
                .atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(this::answers);
    }

    /** Waits until somebody in the database waits for a lock. */
    static void awaitLock(JdbcTemplate database) {
        Awaitility.await("somebody waits for a lock")
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> database.queryForObject(
                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND wait_event_type = 'Lock'",
                        Boolean.class));
    }

    private boolean answers() throws IOException {
        try (Connection connection = DriverManager.getConnection(url("postgres"), "telemetry", "")) {
            return connection.isValid(1);
        } catch (SQLException ex) {
            if (!this.process.isAlive()) {
                throw new IllegalStateException(Files.readString(this.directory.resolve("log")), ex);
            }
            return false;
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

    /**
     * Sends SIGKILL to the processes that are in the midst of a statement or a transaction of a client's; the server
     * then ends all others and recovers.
     *
     * @return how many there were
     */
    public int killBackends() {
        try (Connection connection = DriverManager.getConnection(url("postgres"), "telemetry", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        + " AND backend_type = 'client backend' AND state <> 'idle'")) {
            List<Long> pids = new ArrayList<>();
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
            for (long pid : pids) {
                new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor();
            }
            return pids.size();
        } catch (SQLException ex) {
            return 0;
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(ex);
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
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
            throw new UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
