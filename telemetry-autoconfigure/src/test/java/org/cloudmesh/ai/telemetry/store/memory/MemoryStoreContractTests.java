package org.cloudmesh.ai.telemetry.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreContractTests;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.Test;

class MemoryStoreContractTests extends StoreContractTests {

    @Override
    protected TelemetryStore create(StoreSettings settings) {
        return new MemoryStoreFactory().create(settings);
    }

    @Override
    protected boolean survivesClose() {
        return false;
    }

    @Test
    void theOldestLeaveWhenItIsFull() {
        this.store = new MemoryStore(2_500);
        List<TelemetryRecord> records = Records.random(1, 6_000);
        for (int from = 0; from < records.size(); from += 500) {
            ((MemoryStore) this.store).write(records.subList(from, from + 500), false);
        }
        assertThat(all())
                .extracting(TelemetryRecord::id)
                .hasSize(2_500)
                .contains(records.get(5_999).id());
    }
}
