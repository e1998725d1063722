package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;

/** Tests of a recorder over a store that does as a test says; both end with the test. */
abstract class ScriptedPipeline {

    final ScriptedStore store = new ScriptedStore();

    RecordingTelemetry telemetry;

    @AfterEach
    void close() {
        this.store.gate.countDown();
        if (this.telemetry != null) {
            this.telemetry.close();
        }
    }

    /** Returns the status of the first store. */
    final StoreStatus status() {
        return this.telemetry.stores().get(0);
    }

    static void assertAccounted(StoreStatus status) {
        assertThat(status.written() + ReasonCounters.sum(status.dropped()) + status.queued())
                .isEqualTo(status.accepted());
        assertThat(status.queued()).isNotNegative();
    }
}
