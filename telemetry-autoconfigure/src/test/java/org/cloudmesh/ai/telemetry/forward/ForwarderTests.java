package org.cloudmesh.ai.telemetry.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.NodeReport;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the thread between the local file and a remote store makes of one that misbehaves. */
class ForwarderTests {

    @TempDir
    private Path directory;

    private final Remote remote = new Remote();

    private RecordingTelemetry start() {
        TelemetrySettings settings = Fleet.builder(this.directory.resolve("telemetry.db"))
                .backend("remote")
                .settings();
        return new DefaultTelemetryFactory(List.of(), List.of(this.remote), List.of(), List.of()).assemble(settings);
    }

    /** Emits records of one batch: the remote store takes none before. */
    private void emit(RecordingTelemetry telemetry, String... events) {
        for (String event : events) {
            telemetry.event(event);
        }
        telemetry.flush(Duration.ofSeconds(20));
        this.remote.away = false;
        Fleet.awaitThrough(telemetry, "remote");
    }

    @Test
    void aRecordIsRejectedOnceHoweverOftenItsBatchFails() throws Exception {
        this.remote.outages = 2;
        List<Long> sent = new ArrayList<>();
        try (RecordingTelemetry telemetry = start()) {
            this.remote.meanwhile =
                    () -> sent.add(Fleet.status(telemetry, "remote").forward().sent());
            emit(telemetry, "bad", "b", "c", "d", "e", "outage");
            assertThat(this.remote.outages).isZero();
            assertThat(Fleet.status(telemetry, "remote").dropped()).isEqualTo(Map.of("rejected", 1L));
            assertThat(Fleet.status(telemetry, "remote").forward().sent()).isEqualTo(5);
            assertThat(Fleet.isExact(telemetry)).isTrue();
        }
        assertThat(sent).isSorted().first().isEqualTo(0L);
        assertThat(this.remote.events).containsExactlyInAnyOrder("b", "c", "d", "e", "outage");
        assertThat(Files.readAllLines(this.directory.resolve("telemetry.db.dead-letter.jsonl")))
                .hasSize(1);
    }

    @Test
    void aStoreThatCannotBeClosedIsOpenedAgain() {
        this.remote.outages = 1;
        this.remote.remedy = Remedy.REOPEN;
        this.remote.closes = false;
        try (RecordingTelemetry telemetry = start()) {
            emit(telemetry, "a", "outage", "b");
            assertThat(this.remote.events).containsExactlyInAnyOrder("a", "outage", "b");
        }
    }

    @Test
    void nobodyWaitsAtTheEndForAStoreThatIsAwayWhenNothingIsLeft() {
        RecordingTelemetry telemetry = start();
        emit(telemetry, "a");
        this.remote.away = true;
        this.remote.remedy = Remedy.REOPEN;
        Fleet.await(() -> Fleet.status(telemetry, "remote").degraded() != null, "the report fails");
        long start = System.nanoTime();
        telemetry.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("of a close-timeout of 20 s")
                .isLessThan(Duration.ofSeconds(10));
    }

    private static final class Remote implements StoreFactory, TelemetryStore {

        private final Set<String> events = new HashSet<>();

        private volatile boolean away = true;

        private volatile Runnable meanwhile = () -> {};

        private volatile int outages;

        private Remedy remedy = Remedy.RETRY;

        private boolean closes = true;

        @Override
        public String backend() {
            return "remote";
        }

        @Override
        public String name() {
            return "remote";
        }

        @Override
        public boolean remote() {
            return true;
        }

        @Override
        public TelemetryStore create(StoreSettings settings) {
            return this;
        }

        @Override
        public void open() throws StoreException {
            if (this.away) {
                throw new StoreException(Remedy.RETRY, "away", null);
            }
        }

        @Override
        public void report(NodeReport report) throws StoreException {
            if (this.away) {
                throw new StoreException(this.remedy, "away", null);
            }
        }

        @Override
        public void write(List<TelemetryRecord> batch, boolean durable) throws StoreException {
            this.meanwhile.run();
            List<String> events = batch.stream().map(TelemetryRecord::event).toList();
            if (events.contains("bad")) {
                throw new StoreException(Remedy.RECORD, "bad", null);
            }
            if (events.contains("outage") && this.outages > 0) {
                this.outages--;
                throw new StoreException(this.remedy, "an outage", null);
            }
            this.events.addAll(events);
        }

        @Override
        public void close() {
            if (!this.closes) {
                throw new IllegalStateException("cannot be closed");
            }
        }
    }
}
