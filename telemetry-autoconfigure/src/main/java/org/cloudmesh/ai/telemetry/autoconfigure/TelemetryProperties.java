package org.cloudmesh.ai.telemetry.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Durability;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.util.unit.DataSize;

/** Settings of the recorder. */
@ConfigurationProperties("telemetry")
public class TelemetryProperties {

    /**
     * Whether telemetry is recorded. Also off when the environment variable CLOUDMESH_AI_TELEMETRY_DISABLED is 1, true
     * or yes.
     */
    private boolean enabled = true;

    /**
     * Stores that keep the records: sqlite, jsonl, text, memory, none, for a fleet jdbc, kafka, otlp, or several of
     * them. By default sqlite, or jsonl where the SQLite driver is missing.
     */
    private List<String> backend = new ArrayList<>();

    /**
     * File of the first backend. By default telemetry.db, or telemetry with the backend's extension, in the working
     * directory.
     */
    private @Nullable String path;

    /** Name of the program in each record. By default the application's name. */
    private @Nullable String command;

    /** Name of this machine among those of a fleet. By default the pod's or the host's name. */
    private @Nullable String node;

    /** Name of this start of the program in each record. Generated when empty. */
    private @Nullable String run;

    /**
     * Whether a store that cannot be opened fails the start of the application. Otherwise it starts and telemetry is
     * degraded.
     */
    private boolean failFast;

    /**
     * What plain emits survive. Relaxed puts at most the last second at risk on power loss; durable emits and flush
     * always reach the disk.
     */
    private Durability durability = Durability.RELAXED;

    /** Time that the records still queued are given at shutdown. */
    private Duration closeTimeout = Duration.ofSeconds(10);

    /**
     * Parts of attribute keys whose values are masked, beside password, secret, token, authorization, api-key and the
     * like.
     */
    private List<String> maskedKeys = new ArrayList<>();

    /** Regular expressions of what is masked in messages and attribute values, beside credentials of known shapes. */
    private List<String> maskedValues = new ArrayList<>();

    @NestedConfigurationProperty
    private final Queue queue = new Queue();

    @NestedConfigurationProperty
    private final Retention retention = new Retention();

    @NestedConfigurationProperty
    private final Context context = new Context();

    @NestedConfigurationProperty
    private final Micrometer micrometer = new Micrometer();

    @NestedConfigurationProperty
    private final Export export = new Export();

    private final Mcp mcp = new Mcp();

    // Read by name, as any backend's; these three are here for the metadata that editors complete them from.
    @NestedConfigurationProperty
    private final File sqlite = new File();

    @NestedConfigurationProperty
    private final File jsonl = new File();

    @NestedConfigurationProperty
    private final File text = new File();

    /**
     * Hands the settings on, but for the command and the paths of further backends, which the environment tells.
     *
     * @param application what readings carry of the application itself
     */
    void applyTo(TelemetryBuilder builder, Map<String, String> application) {
        builder.backend(this.backend.toArray(String[]::new))
                .path(this.path)
                .run(this.run)
                .failFast(this.failFast)
                .durability(this.durability)
                .closeTimeout(this.closeTimeout)
                .queue(this.queue.toSettings())
                .retention(new TelemetrySettings.Retention(this.retention.maxAge, this.retention.maxSize.toBytes()))
                .context(new TelemetrySettings.Context(
                        this.context.enabled, this.context.interval, this.context.history, application));
        this.maskedKeys.forEach(builder::maskKey);
    }

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public List<String> getBackend() {
        return this.backend;
    }

    public void setBackend(List<String> backend) {
        this.backend = backend;
    }

    public @Nullable String getPath() {
        return this.path;
    }

    public void setPath(@Nullable String path) {
        this.path = path;
    }

    public @Nullable String getCommand() {
        return this.command;
    }

    public void setCommand(@Nullable String command) {
        this.command = command;
    }

    public @Nullable String getNode() {
        return this.node;
    }

    public void setNode(@Nullable String node) {
        this.node = node;
    }

    public @Nullable String getRun() {
        return this.run;
    }

    public void setRun(@Nullable String run) {
        this.run = run;
    }

    public boolean isFailFast() {
        return this.failFast;
    }

    public void setFailFast(boolean failFast) {
        this.failFast = failFast;
    }

    public Durability getDurability() {
        return this.durability;
    }

    public void setDurability(Durability durability) {
        this.durability = durability;
    }

    public Duration getCloseTimeout() {
        return this.closeTimeout;
    }

    public void setCloseTimeout(Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
    }

    public List<String> getMaskedKeys() {
        return this.maskedKeys;
    }

    public void setMaskedKeys(List<String> maskedKeys) {
        this.maskedKeys = maskedKeys;
    }

    public List<String> getMaskedValues() {
        return this.maskedValues;
    }

    public void setMaskedValues(List<String> maskedValues) {
        this.maskedValues = maskedValues;
    }

    public Queue getQueue() {
        return this.queue;
    }

    public Retention getRetention() {
        return this.retention;
    }

    public Context getContext() {
        return this.context;
    }

    public Micrometer getMicrometer() {
        return this.micrometer;
    }

    public Mcp getMcp() {
        return this.mcp;
    }

    public Export getExport() {
        return this.export;
    }

    public File getSqlite() {
        return this.sqlite;
    }

    public File getJsonl() {
        return this.jsonl;
    }

    public File getText() {
        return this.text;
    }

    /** Settings of the queue between emit and the writer. */
    public static class Queue {

        /** Records that may wait, rounded up to a power of two. */
        private int capacity = 1 << 16;

        /**
         * Bytes of large records (over 256 bytes each) that may wait. By default 32MB or an eighth of the heap,
         * whichever is less.
         */
        private @Nullable DataSize maxBytes;

        /** What emit does when the queue is full. Block waits for room within block-timeout, then drops. */
        private WhenFull whenFull = WhenFull.DROP;

        /** Time that emit waits for room at most when when-full is block. The opening of the stores does not count. */
        private Duration blockTimeout = Duration.ofSeconds(10);

        private TelemetrySettings.Queue toSettings() {
            long bytes = this.maxBytes != null
                    ? this.maxBytes.toBytes()
                    : TelemetrySettings.Queue.defaults().maxBytes();
            return new TelemetrySettings.Queue(this.capacity, bytes, this.whenFull, this.blockTimeout);
        }

        public int getCapacity() {
            return this.capacity;
        }

        public void setCapacity(int capacity) {
            this.capacity = capacity;
        }

        public @Nullable DataSize getMaxBytes() {
            return this.maxBytes;
        }

        public void setMaxBytes(@Nullable DataSize maxBytes) {
            this.maxBytes = maxBytes;
        }

        public WhenFull getWhenFull() {
            return this.whenFull;
        }

        public void setWhenFull(WhenFull whenFull) {
            this.whenFull = whenFull;
        }

        public Duration getBlockTimeout() {
            return this.blockTimeout;
        }

        public void setBlockTimeout(Duration blockTimeout) {
            this.blockTimeout = blockTimeout;
        }
    }

    /** Settings of what is kept. */
    public static class Retention {

        /** Age from which records are deleted. By default they are kept however old. */
        private @Nullable Duration maxAge;

        /** Size of a store's files from which the oldest records are deleted. Zero is no bound. */
        private DataSize maxSize = DataSize.ofGigabytes(2);

        public @Nullable Duration getMaxAge() {
            return this.maxAge;
        }

        public void setMaxAge(@Nullable Duration maxAge) {
            this.maxAge = maxAge;
        }

        public DataSize getMaxSize() {
            return this.maxSize;
        }

        public void setMaxSize(DataSize maxSize) {
            this.maxSize = maxSize;
        }
    }

    /** Settings of the machine's state in each record. */
    public static class Context {

        /** Whether records carry the machine's state. */
        private boolean enabled = true;

        /** Time between two readings of the machine's state. */
        private Duration interval = Duration.ofSeconds(1);

        /**
         * Time between two readings of the machine's state that are kept although no record comes. Zero keeps those
         * that records carry alone.
         */
        private Duration history = Duration.ofSeconds(10);

        /**
         * Whether records carry the name of the authenticated principal as the attribute enduser.id, where Spring
         * Security is there.
         */
        private boolean principal;

        public boolean isPrincipal() {
            return this.principal;
        }

        public void setPrincipal(boolean principal) {
            this.principal = principal;
        }

        public boolean isEnabled() {
            return this.enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public Duration getInterval() {
            return this.interval;
        }

        public void setInterval(Duration interval) {
            this.interval = interval;
        }

        public Duration getHistory() {
            return this.history;
        }

        public void setHistory(Duration history) {
            this.history = history;
        }
    }

    /** Settings of the bridge to Micrometer. */
    public static class Micrometer {

        /** Whether metrics of records are fed to the meter registry. */
        private boolean enabled = true;

        /** Meters that are registered for metrics of records at most. */
        private int maxMeters = 1000;

        public boolean isEnabled() {
            return this.enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }

        public int getMaxMeters() {
            return this.maxMeters;
        }

        public void setMaxMeters(int maxMeters) {
            this.maxMeters = maxMeters;
        }
    }

    /** Tools for agents, over MCP. */
    public static class Mcp {

        /** Whether Spring AI's MCP server, where there is one, offers read-only tools that ask what was recorded. */
        private boolean enabled;

        public boolean isEnabled() {
            return this.enabled;
        }

        public void setEnabled(boolean enabled) {
            this.enabled = enabled;
        }
    }

    /** Settings of exports over HTTP. */
    public static class Export {

        /** Exports that run at once; further ones are answered with 503. Zero switches them off. */
        private int maxConcurrent = 4;

        /** Returns the setting, or its default in a context that binds none. */
        static int maxConcurrent(ObjectProvider<TelemetryProperties> properties) {
            return properties.stream()
                    .findFirst()
                    .orElseGet(TelemetryProperties::new)
                    .getExport()
                    .getMaxConcurrent();
        }

        public int getMaxConcurrent() {
            return this.maxConcurrent;
        }

        public void setMaxConcurrent(int maxConcurrent) {
            this.maxConcurrent = maxConcurrent;
        }
    }

    /** Settings of one backend's file. */
    public static class File {

        /**
         * File of this backend when it is not the first one. By default telemetry with the backend's extension, beside
         * the first backend's file.
         */
        private @Nullable String path;

        public @Nullable String getPath() {
            return this.path;
        }

        public void setPath(@Nullable String path) {
            this.path = path;
        }
    }
}
