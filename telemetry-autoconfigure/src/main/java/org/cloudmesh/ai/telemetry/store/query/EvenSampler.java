package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps evenly spaced items of a sequence whose length is not known, the first and the last among them: whenever there
 * are twice as many as wanted, every second one goes. Not thread-safe.
 */
public final class EvenSampler<T> {

    private final int limit;

    private final List<T> items = new ArrayList<>();

    private long stride = 1;

    private long seen;

    private @Nullable T last;

    /** Creates a collection of at most that many items. */
    public EvenSampler(int limit) {
        this.limit = Math.max(1, limit);
    }

    /** Takes the next item of the sequence. */
    public void add(T item) {
        this.last = item;
        if (this.seen++ % this.stride == 0) {
            this.items.add(item);
            if (this.items.size() == 2 * this.limit) {
                halve();
            }
        }
    }

    /** Returns the items kept, in order. */
    public List<T> toList() {
        if (this.items.size() > this.limit) {
            halve();
        }
        List<T> items = new ArrayList<>(this.items);
        T last = this.last;
        if (last != null && (this.seen - 1) % this.stride != 0 && this.limit > 1) {
            if (items.size() == this.limit) {
                items.remove(items.size() - 1);
            }
            items.add(last);
        }
        return List.copyOf(items);
    }

    private void halve() {
        for (int i = 0; 2 * i < this.items.size(); i++) {
            this.items.set(i, this.items.get(2 * i));
        }
        this.items.subList((this.items.size() + 1) / 2, this.items.size()).clear();
        this.stride *= 2;
    }
}
