package org.cloudmesh.ai.telemetry.store;

import org.cloudmesh.ai.telemetry.Status;
import org.jspecify.annotations.Nullable;

/** Sums up groups of records: how many, how many of them succeeded, and when. Not thread-safe. */
final class GroupTotals {

    private long records;

    private long completed;

    private long failed;

    private long first = Long.MAX_VALUE;

    private long last = Long.MIN_VALUE;

    void add(RecordGroup group) {
        this.records += group.count();
        if (group.status().equals(Status.COMPLETED.value())) {
            this.completed += group.count();
        } else if (group.status().equals(Status.FAILED.value())) {
            this.failed += group.count();
        }
        this.first = Math.min(this.first, group.first());
        this.last = Math.max(this.last, group.last());
    }

    long records() {
        return this.records;
    }

    long first() {
        return this.first;
    }

    long last() {
        return this.last;
    }

    @Nullable
    Double successRate() {
        long ended = this.completed + this.failed;
        return ended == 0 ? null : (double) this.completed / ended;
    }
}
