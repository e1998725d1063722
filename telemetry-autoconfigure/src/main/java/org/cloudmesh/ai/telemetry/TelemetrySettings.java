package org.cloudmesh.ai.telemetry;

import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that a recorder is built from. Immutable; made by {@link TelemetryBuilder}.
 *
 * @param backends names of the stores, in order; empty for the default
 * @param path of the first backend's file; null for its default
 * @param paths of other backends' files, by backend
 * @param command which program
 * @param run name of this start; null to generate one
 * @param queue how much may wait for the writer
 * @param durability what plain emits survive
 * @param retention how much is kept
 * @param context what is sampled
 * @param maskedKeys parts of attribute keys whose values are not kept
 * @param maskedValues what is not kept of messages and attribute values
 * @param failFast whether a store that cannot be opened fails {@link TelemetryBuilder#build()}
 * @param closeTimeout how long {@link Telemetry#close()} drains at most
 * @param clock gives records their time
 */
public record TelemetrySettings(
        List<String> backends,
        @Nullable String path,
        Map<String, String> paths,
        String command,
        @Nullable String run,
        Queue queue,
        Durability durability,
        Retention retention,
        Context context,
        Set<String> maskedKeys,
        List<Pattern> maskedValues,
        boolean failFast,
        Duration closeTimeout,
        Clock clock) {

    /** Parts of attribute keys whose values are never kept. */
    public static final Set<String> DEFAULT_MASKED_KEYS = Set.of(
            "password",
            "passwd",
            "passphrase",
            "pwd",
            "secret",
            "token",
            "authorization",
            "bearer",
            "cookie",
            "jwt",
            "credential",
            "api-key",
            "private-key",
            "access-key",
            "access-key-id",
            "account-key",
            "subscription-key",
            "signing-key",
            "encryption-key");

    public TelemetrySettings {
        backends = List.copyOf(backends);
        paths = Map.copyOf(paths);
        maskedKeys = Set.copyOf(maskedKeys);
        maskedValues = List.copyOf(maskedValues);
    }

    /**
     * Bounds of the queue between emit and the writer.
     *
     * @param capacity records, rounded up to a power of two
     * @param maxBytes bytes of large records (over 256 bytes each) that may wait
     * @param whenFull what emit does when there is no room
     * @param blockTimeout how long {@link WhenFull#BLOCK} waits at most; the first opening of the stores does not count
     */
    public record Queue(int capacity, long maxBytes, WhenFull whenFull, Duration blockTimeout) {

        /** 65,536 records; 32 MiB or an eighth of the heap, whichever is less; drops when full. */
        public static Queue defaults() {
            long bytes = Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 8);
            return new Queue(1 << 16, bytes, WhenFull.DROP, Duration.ofSeconds(10));
        }
    }

    /**
     * Bounds of what a store keeps. The oldest records of ours go first; what another program wrote stays.
     *
     * @param maxAge of records; null keeps them however old
     * @param maxBytes of a store's files; 0 for no bound
     */
    public record Retention(@Nullable Duration maxAge, long maxBytes) {

        /** 2 GB, however old. */
        public static Retention defaults() {
            return new Retention(null, 2_000_000_000L);
        }
    }

    /**
     * What is sampled of the machine.
     *
     * @param enabled whether records carry the machine's state
     * @param interval between two readings
     * @param history between two readings that are kept although no record comes; zero keeps none
     * @param constants fields that each reading carries as they are, for example {@code application_version}
     */
    public record Context(boolean enabled, Duration interval, Duration history, Map<String, String> constants) {

        private static final Duration DEFAULT_HISTORY = Duration.ofSeconds(10);

        public Context {
            constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        }

        /** Keeps a reading each ten seconds. */
        public Context(boolean enabled, Duration interval, Map<String, String> constants) {
            this(enabled, interval, DEFAULT_HISTORY, constants);
        }

        /** Samples without further fields, and keeps a reading each ten seconds. */
        public Context(boolean enabled, Duration interval) {
            this(enabled, interval, Map.of());
        }

        /** Every second. */
        public static Context defaults() {
            return new Context(true, Duration.ofSeconds(1));
        }
    }
}
