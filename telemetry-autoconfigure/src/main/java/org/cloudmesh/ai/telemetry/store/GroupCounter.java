package org.cloudmesh.ai.telemetry.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts records by command, run, status and event. Not thread-safe. */
final class GroupCounter implements BlockAggregator.Collector {

    private final Map<Key, Group> groups = new LinkedHashMap<>();

    private Group previous = new Group(new Key("", null, "", null));

    @Override
    public void row(int bucket, Row row) {
        String command = row.command();
        String run = row.run();
        String status = row.status();
        String event = row.event();
        if (this.previous.count == 0 || !this.previous.key.is(command, run, status, event)) {
            this.previous = group(new Key(command, run, status, event));
        }
        this.previous.add(1, row.timestampMicros(), row.timestampMicros());
    }

    @Override
    public void summary(int bucket, Summary summary, BlockAggregator.Choice choice) {
        summary.counts((kind, count, first, last) -> {
            if (choice.test(kind)) {
                group(new Key(kind.command(), kind.run(), kind.status(), kind.event()))
                        .add(count, first, last);
            }
        });
    }

    private Group group(Key key) {
        return this.groups.computeIfAbsent(key, Group::new);
    }

    List<RecordGroup> toList() {
        return this.groups.values().stream().map(Group::toRecordGroup).toList();
    }

    private record Key(
            String command,
            @Nullable String run,
            String status,
            @Nullable String event) {

        // Neighbours mostly share the very instances: no need to compare texts.
        @SuppressWarnings("ReferenceEquality")
        boolean is(String command, @Nullable String run, String status, @Nullable String event) {
            return this.command == command && this.run == run && this.status == status && this.event == event;
        }
    }

    private static final class Group {

        private final Key key;

        private long count;

        private long first = Long.MAX_VALUE;

        private long last = Long.MIN_VALUE;

        Group(Key key) {
            this.key = key;
        }

        void add(long count, long first, long last) {
            this.count += count;
            this.first = Math.min(this.first, first);
            this.last = Math.max(this.last, last);
        }

        RecordGroup toRecordGroup() {
            return new RecordGroup(
                    this.key.command(),
                    this.key.run(),
                    this.key.status(),
                    this.key.event(),
                    this.count,
                    this.first,
                    this.last);
        }
    }
}
