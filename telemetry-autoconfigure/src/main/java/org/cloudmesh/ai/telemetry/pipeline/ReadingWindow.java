package org.cloudmesh.ai.telemetry.pipeline;

import java.util.Arrays;

/**
 * The readings of the last hour in a ring, so that a record with a duration can tell what the machine did meanwhile.
 * One reading takes about 70 bytes: 250 kB for an hour of one a second.
 *
 * <p>Times rise, so a range is found by bisection. A clock that goes back makes the times of earlier readings worthless
 * for records to come: they are forgotten. One that goes ahead leaves a gap, which {@link ReadingTotals} does not
 * bridge. Thread-safe: one thread adds, another asks.
 */
final class ReadingWindow {

    private static final long HOUR = 3_600_000_000L;

    // A reading each 100 ms, the shortest interval, makes ten times 3,600.
    private static final int MOST = 36_000;

    // A clock that is steered goes back by less between two readings.
    private static final long STEERED = 1_000_000;

    private static final int FIRST_SIZE = 64;

    private long[] times = new long[FIRST_SIZE];

    private ReadingFigures[] figures = figures(FIRST_SIZE);

    private int first;

    private int size;

    // Most records took less time than passes between two readings: these need no lock and no search.
    private volatile long lastButOne = Long.MIN_VALUE;

    /** Adds a reading. */
    synchronized void add(long micros, ReadingFigures reading) {
        long at = micros;
        if (this.size > 0) {
            long last = time(this.size - 1);
            if (last - at > STEERED) {
                this.size = 0;
            } else {
                at = Math.max(last, at);
            }
        }
        while (this.size > 0 && (time(0) < at - HOUR || this.size == MOST)) {
            this.figures[this.first] = ReadingFigures.NONE;
            this.first = index(1);
            this.size--;
        }
        if (this.size == this.times.length) {
            grow();
        }
        this.times[index(this.size)] = at;
        this.figures[index(this.size)] = reading;
        this.size++;
        this.lastButOne = this.size < 2 ? Long.MIN_VALUE : time(this.size - 2);
    }

    /**
     * Returns whether there may be two readings in a range that ends now or earlier.
     *
     * @param from microseconds since 1970
     */
    boolean mayHaveTwo(long from) {
        return from <= this.lastButOne;
    }

    /** Returns the time of the oldest reading in microseconds since 1970; {@link Long#MAX_VALUE} without any. */
    synchronized long oldest() {
        return this.size == 0 ? Long.MAX_VALUE : time(0);
    }

    /**
     * Adds the readings of a range to totals, the oldest first.
     *
     * @param from microseconds since 1970, included
     * @param to microseconds since 1970, included
     */
    synchronized void addTo(ReadingTotals totals, long from, long to) {
        for (int i = lowerBound(from); i < this.size && time(i) <= to; i++) {
            totals.add(time(i), this.figures[index(i)]);
        }
    }

    /** Returns the place of the first reading that is not before that moment. */
    private int lowerBound(long micros) {
        int low = 0;
        int high = this.size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time(middle) < micros) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long time(int place) {
        return this.times[index(place)];
    }

    private int index(int place) {
        int index = this.first + place;
        return index < this.times.length ? index : index - this.times.length;
    }

    private void grow() {
        int length = Math.min(MOST, 2 * this.times.length);
        long[] times = new long[length];
        ReadingFigures[] figures = figures(length);
        for (int i = 0; i < this.size; i++) {
            times[i] = time(i);
            figures[i] = this.figures[index(i)];
        }
        this.times = times;
        this.figures = figures;
        this.first = 0;
    }

    private static ReadingFigures[] figures(int length) {
        ReadingFigures[] figures = new ReadingFigures[length];
        Arrays.fill(figures, ReadingFigures.NONE);
        return figures;
    }
}
