package org.cloudmesh.ai.telemetry.actuate;

import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordRow;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.Row;
import org.cloudmesh.ai.telemetry.store.ScanningSource;

/** More records than anyone waits for, made while they are read. */
final class GeneratedSource extends ScanningSource {

    private static final int BLOCK = 100_000;

    private static final Origin ORIGIN = Records.origin("gg", "generated", "G");

    final AtomicLong made = new AtomicLong();

    final AtomicInteger open = new AtomicInteger();

    private final long records;

    GeneratedSource(long records) {
        this.records = records;
    }

    @Override
    protected Snapshot snapshot(long from, long to, Deadline deadline) {
        this.open.incrementAndGet();
        return new Snapshot() {
            @Override
            public List<? extends Block> blocks() {
                return new AbstractList<>() {
                    @Override
                    public Block get(int index) {
                        return block((long) index * BLOCK);
                    }

                    @Override
                    public int size() {
                        return (int) (GeneratedSource.this.records / BLOCK);
                    }
                };
            }

            @Override
            public void close() {
                GeneratedSource.this.open.decrementAndGet();
            }
        };
    }

    private Block block(long begin) {
        return new Block() {
            @Override
            public long first() {
                return Records.START + begin;
            }

            @Override
            public long last() {
                return Records.START + begin + BLOCK - 1;
            }

            @Override
            public void scan(Predicate<Row> visitor) {
                boolean more = true;
                for (long i = begin; more && i < begin + BLOCK; i++) {
                    GeneratedSource.this.made.incrementAndGet();
                    more = visitor.test(new RecordRow(TelemetryRecord.builder(ORIGIN, i, Records.START + i)
                            .metrics(new String[] {"latency"}, new double[] {i % 1000})
                            .build()));
                }
            }
        };
    }
}
