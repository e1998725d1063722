package org.cloudmesh.ai.telemetry.actuate;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.RecordSource;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.query.Block;
import org.cloudmesh.ai.telemetry.store.query.MemoryRecordView;
import org.cloudmesh.ai.telemetry.store.query.QueryEngine;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.cloudmesh.ai.telemetry.store.query.Scan;
import org.cloudmesh.ai.telemetry.store.query.Segment;
import org.cloudmesh.ai.telemetry.store.query.Storage;

/** More records than anyone waits for, made while they are read. */
final class GeneratedSource implements Storage, Segment {

    private static final int BLOCK = 100_000;

    private static final Origin ORIGIN = Records.origin("gg", "generated", "G");

    final AtomicLong made = new AtomicLong();

    final AtomicInteger open = new AtomicInteger();

    private final long records;

    GeneratedSource(long records) {
        this.records = records;
    }

    RecordSource source() {
        return new QueryEngine(this);
    }

    @Override
    public Snapshot snapshot(long from, long to, Deadline deadline) {
        this.open.incrementAndGet();
        return new Snapshot() {
            @Override
            public List<? extends Segment> segments() {
                return List.of(GeneratedSource.this);
            }

            @Override
            public void close() {
                GeneratedSource.this.open.decrementAndGet();
            }
        };
    }

    @Override
    public List<? extends Block> blocks() {
        return LongStream.range(0, this.records / BLOCK)
                .mapToObj((index) -> new GeneratedBlock(index * BLOCK))
                .toList();
    }

    @Override
    public void scan(List<? extends Block> blocks, Scan scan, Predicate<RecordView> visitor) {
        for (Block block : blocks) {
            long begin = ((GeneratedBlock) block).begin;
            for (long i = begin; i < begin + BLOCK; i++) {
                this.made.incrementAndGet();
                if (!visitor.test(new MemoryRecordView(TelemetryRecord.builder(ORIGIN, i, Records.START + i)
                        .metrics(new String[] {"latency"}, new double[] {i % 1000})
                        .build()))) {
                    return;
                }
            }
        }
    }

    private record GeneratedBlock(long begin) implements Block {

        @Override
        public long first() {
            return Records.START + this.begin;
        }

        @Override
        public long last() {
            return Records.START + this.begin + BLOCK - 1;
        }
    }
}
