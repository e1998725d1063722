package org.cloudmesh.ai.telemetry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.junit.jupiter.api.Test;

/** The search for the records that make a batch fail, beside a plain look at each. */
class BatchBisectionTests {

    private final List<TelemetryRecord> kept = new ArrayList<>();

    private final Set<TelemetryRecord> bad = new HashSet<>();

    private int writes;

    @Test
    void allButTheBadRecordsAreKeptInTheirOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            this.kept.clear();
            this.bad.clear();
            List<TelemetryRecord> batch = batch(1 + random.nextInt(300));
            batch.stream().filter((record) -> random.nextInt(50) == 0).forEach(this.bad::add);
            BatchBisection bisection = new BatchBisection(this::write);
            bisection.of(batch);
            List<TelemetryRecord> good = batch.stream()
                    .filter((record) -> !this.bad.contains(record))
                    .toList();
            assertThat(this.kept).as("seed %d, round %d", seed, round).isEqualTo(good);
            assertThat(bisection.refused().keySet())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(this.bad);
            assertThat(bisection.untried()).isEmpty();
            assertThat(bisection.keptAny()).isEqualTo(!good.isEmpty());
            assertThat(bisection.blamesRecords()).isTrue();
        }
    }

    @Test
    void oneBadRecordOfManyCostsFewWrites() {
        List<TelemetryRecord> batch = batch(8192);
        this.bad.add(batch.get(5000));
        BatchBisection bisection = new BatchBisection(this::write);
        bisection.of(batch);
        assertThat(bisection.refused()).containsOnlyKeys(batch.get(5000));
        assertThat(this.kept).hasSize(8191);
        assertThat(this.writes).isLessThanOrEqualTo(2 * 13 + 1);
    }

    @Test
    void aStoreThatRefusesEverythingIsNotAskedForAllOfIt() {
        List<TelemetryRecord> batch = batch(1000);
        this.bad.addAll(batch);
        BatchBisection bisection = new BatchBisection(this::write);
        bisection.of(batch);
        assertThat(bisection.keptAny()).isFalse();
        assertThat(bisection.refused()).hasSize(32);
        assertThat(bisection.untried()).isEqualTo(batch.subList(32, 1000));
    }

    @Test
    void aStoreThatGoesAwayMeanwhileLeavesTheRestUntried() {
        List<TelemetryRecord> batch = batch(100);
        this.bad.add(batch.get(0));
        BatchBisection bisection = new BatchBisection((part, kept) -> {
            if (part.contains(batch.get(60))) {
                if (part.size() < 50) {
                    throw new StoreException(StoreException.Remedy.RETRY, "locked", null);
                }
                throw new StoreException(StoreException.Remedy.RECORD, "not this one", null);
            }
            write(part, kept);
        });
        bisection.of(batch);
        assertThat(bisection.refused()).containsOnlyKeys(batch.get(0));
        assertThat(this.kept).isEqualTo(batch.subList(1, 50));
        assertThat(bisection.untried()).isEqualTo(batch.subList(50, 100));
        assertThat(bisection.blamesRecords()).isFalse();
    }

    @Test
    void anErrorOfTheStoreIsNotBlamedOnRecords() {
        List<TelemetryRecord> batch = batch(1);
        BatchBisection bisection = new BatchBisection((part, kept) -> {
            throw new IllegalStateException("broken");
        });
        bisection.of(batch);
        assertThat(bisection.refused()).containsEntry(batch.get(0), "broken");
        assertThat(bisection.blamesRecords()).isFalse();
    }

    private void write(List<TelemetryRecord> part, Runnable kept) throws StoreException {
        this.writes++;
        if (part.stream().anyMatch(this.bad::contains)) {
            throw new StoreException(StoreException.Remedy.RECORD, "refused", null);
        }
        this.kept.addAll(part);
        kept.run();
    }

    private static List<TelemetryRecord> batch(int size) {
        List<TelemetryRecord> batch = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            batch.add(TelemetryRecord.builder(Records.origin("aa", "train", "A"), i + 1, Records.START + i)
                    .build());
        }
        return batch;
    }
}
