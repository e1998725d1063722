package org.cloudmesh.ai.telemetry;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Builds a recorder; in a Spring application, the auto-configuration does so from {@code telemetry.*}. Not thread-safe.
 */
public final class TelemetryBuilder {

    /** Environment variable that switches telemetry off. */
    public static final String KILL_SWITCH = "CLOUDMESH_AI_TELEMETRY_DISABLED";

    private List<String> backends = List.of();

    private @Nullable String path;

    private final Map<String, String> paths = new HashMap<>();

    private String command = "application";

    private @Nullable String run;

    private TelemetrySettings.Queue queue = TelemetrySettings.Queue.defaults();

    private Durability durability = Durability.RELAXED;

    private TelemetrySettings.Retention retention = TelemetrySettings.Retention.defaults();

    private TelemetrySettings.Context context = TelemetrySettings.Context.defaults();

    private final Set<String> maskedKeys = new LinkedHashSet<>(TelemetrySettings.DEFAULT_MASKED_KEYS);

    private final List<Pattern> maskedValues = new ArrayList<>();

    private boolean failFast;

    private Duration closeTimeout = Duration.ofSeconds(10);

    private Clock clock = Clock.systemUTC();

    TelemetryBuilder() {}

    /**
     * Chooses the stores by name, for example {@code sqlite}, {@code jsonl}, {@code text}, {@code memory},
     * {@code none}.
     */
    public TelemetryBuilder backend(String... backends) {
        this.backends = List.of(backends);
        return this;
    }

    /** Sets the file of the first backend; {@code ~} is the user's home. */
    public TelemetryBuilder path(@Nullable String path) {
        this.path = path;
        return this;
    }

    /** Sets the file of another backend. */
    public TelemetryBuilder path(String backend, String path) {
        this.paths.put(backend, path);
        return this;
    }

    /** Names the program. */
    public TelemetryBuilder command(String command) {
        this.command = command;
        return this;
    }

    /** Names this start of the program; null generates a name. */
    public TelemetryBuilder run(@Nullable String run) {
        this.run = run;
        return this;
    }

    /** Bounds the queue. */
    public TelemetryBuilder queue(TelemetrySettings.Queue queue) {
        this.queue = queue;
        return this;
    }

    /** Chooses what plain emits survive. */
    public TelemetryBuilder durability(Durability durability) {
        this.durability = durability;
        return this;
    }

    /** Bounds what is kept. */
    public TelemetryBuilder retention(TelemetrySettings.Retention retention) {
        this.retention = retention;
        return this;
    }

    /** Chooses what is sampled of the machine. */
    public TelemetryBuilder context(TelemetrySettings.Context context) {
        this.context = context;
        return this;
    }

    /**
     * Masks the values of attributes whose key has these words one after the other, in whatever spelling, beside the
     * ones that are always masked.
     */
    public TelemetryBuilder maskKey(String part) {
        this.maskedKeys.add(part);
        return this;
    }

    /**
     * Masks what a regular expression matches in messages and attribute values, beside credentials of known shapes.
     *
     * @throws TelemetryConfigurationException when it is not a regular expression
     */
    public TelemetryBuilder maskValue(String regex) {
        try {
            this.maskedValues.add(Pattern.compile(regex));
        } catch (PatternSyntaxException ex) {
            throw new TelemetryConfigurationException(
                    "telemetry.masked-values",
                    regex,
                    "it is not a regular expression: " + ex.getDescription(),
                    "Correct the expression",
                    ex);
        }
        return this;
    }

    /**
     * Chooses whether a store that cannot be opened fails {@link #build()}; by default the recorder starts degraded.
     */
    public TelemetryBuilder failFast(boolean failFast) {
        this.failFast = failFast;
        return this;
    }

    /** Bounds how long {@link Telemetry#close()} drains. */
    public TelemetryBuilder closeTimeout(Duration closeTimeout) {
        this.closeTimeout = closeTimeout;
        return this;
    }

    /** Sets the clock that gives records their time. */
    public TelemetryBuilder clock(Clock clock) {
        this.clock = clock;
        return this;
    }

    /** Returns whether a value of {@value #KILL_SWITCH} switches telemetry off. */
    public static boolean disables(@Nullable String value) {
        return value != null
                && Set.of("1", "true", "yes").contains(value.strip().toLowerCase(Locale.ROOT));
    }

    /** Returns the settings chosen so far. */
    public TelemetrySettings settings() {
        return new TelemetrySettings(
                this.backends,
                this.path,
                this.paths,
                this.command,
                this.run,
                this.queue,
                this.durability,
                this.retention,
                this.context,
                this.maskedKeys,
                this.maskedValues,
                this.failFast,
                this.closeTimeout,
                this.clock);
    }

    /**
     * Builds a recorder that is already running, or one that does nothing where the environment variable
     * {@value #KILL_SWITCH} says {@code 1}, {@code true} or {@code yes}. Files are opened in the background, unless
     * {@link #failFast(boolean)}.
     *
     * @throws TelemetryConfigurationException when the settings name what does not exist, or a store cannot be opened
     *     and {@link #failFast(boolean)} was chosen
     */
    public Telemetry build() {
        if (disables(System.getenv(KILL_SWITCH))) {
            return Telemetry.disabled();
        }
        return ServiceLoader.load(TelemetryFactory.class, TelemetryFactory.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No TelemetryFactory is registered on the class path"))
                .create(settings());
    }
}
