package org.cloudmesh.ai.telemetry.forward;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresSettings;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresStoreFactory;

/** Recorders that forward, for tests. */
public final class Fleet {

    // The fault suite has larger numbers.
    private static final Duration LONGEST = Duration.ofSeconds(Boolean.getBoolean("telemetry.faults") ? 120 : 20);

    private Fleet() {}

    /** Begins a recorder of the settings; further ones are up to the caller. */
    public static TelemetryBuilder builder(Path file) {
        return Telemetry.builder()
                .backend("jdbc")
                .path(file.toString())
                .command("trainer")
                .closeTimeout(Duration.ofSeconds(20));
    }

    /** Starts a recorder that forwards to a database, as a node of that name. */
    public static RecordingTelemetry start(TelemetryBuilder builder, DataSource dataSource, String node) {
        return start(builder, dataSource, node, null);
    }

    /** Starts a recorder that also removes from the database what is older than that. */
    public static RecordingTelemetry start(
            TelemetryBuilder builder, DataSource dataSource, String node, Duration maxAge) {
        PostgresSettings settings =
                new PostgresSettings(node, true, PostgresSettings.SCHEMA, PostgresSettings.TABLE_PREFIX, maxAge);
        return new DefaultTelemetryFactory(
                        List.of(),
                        List.of(new PostgresStoreFactory(() -> dataSource, settings, () -> {})),
                        List.of(),
                        List.of())
                .assemble(builder.settings());
    }

    /** Returns the state of one of a recorder's stores. */
    public static StoreStatus status(RecordingTelemetry telemetry, String backend) {
        return telemetry.stores().stream()
                .filter((store) -> store.backend().equals(backend))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until something holds. */
    public static void await(BooleanSupplier condition, String what) {
        Awaitility.await(what)
                .atMost(LONGEST)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .pollInSameThread()
                .until(condition::getAsBoolean);
    }

    /** Waits until all that was emitted before has reached a remote store. */
    public static void awaitThrough(RecordingTelemetry telemetry, String backend) {
        // The first flush ends the head start that an application's start has.
        telemetry.flush(LONGEST);
        await(() -> isThrough(telemetry, backend), backend + " has all");
    }

    /** Returns whether nothing of this recorder is on its way. */
    public static boolean isThrough(RecordingTelemetry telemetry, String backend) {
        StoreStatus status = status(telemetry, backend);
        return status.queued() == 0 && status.forward().behind() == 0;
    }

    /** Returns whether accepted = written + dropped + queued in each store. */
    public static boolean isExact(RecordingTelemetry telemetry) {
        return telemetry.stores().stream().allMatch((store) -> {
            long dropped =
                    store.dropped().values().stream().mapToLong(Long::longValue).sum();
            return store.accepted() == store.written() + dropped + store.queued();
        });
    }
}
