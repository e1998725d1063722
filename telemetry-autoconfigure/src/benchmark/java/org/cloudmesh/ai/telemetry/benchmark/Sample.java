package org.cloudmesh.ai.telemetry.benchmark;

import java.util.Random;
import org.cloudmesh.ai.telemetry.Status;

/** Varied content of records: five metrics, a status, an event and a message; about 250 bytes as JSON. */
final class Sample {

    static final String[] NAMES = {"inference_latency", "tokens_per_sec", "gpu_util", "loss", "tokens"};

    private static final int SIZE = 1 << 13;

    private static final String[] EVENTS = {"inference", "embedding", "search", "load", "train", "eval"};

    private static final Status[] STATUSES = {
        Status.COMPLETED,
        Status.COMPLETED,
        Status.COMPLETED,
        Status.COMPLETED,
        Status.COMPLETED,
        Status.STARTED,
        Status.RECORDED,
        Status.FAILED
    };

    private final double[] values = new double[SIZE * NAMES.length];

    private final String[] events = new String[SIZE];

    private final Status[] statuses = new Status[SIZE];

    private final String[] messages = new String[SIZE];

    Sample(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < SIZE; i++) {
            int at = i * NAMES.length;
            this.values[at] = Math.round(Math.exp(random.nextGaussian()) * 1e4) / 1e4;
            this.values[at + 1] = Math.round(400 + 100 * random.nextGaussian()) / 10.0;
            this.values[at + 2] = random.nextInt(101);
            this.values[at + 3] = Math.round(random.nextDouble() * 1e6) / 1e6;
            this.values[at + 4] = random.nextInt(2048);
            this.events[i] = EVENTS[random.nextInt(EVENTS.length)];
            this.statuses[i] = STATUSES[random.nextInt(STATUSES.length)];
            this.messages[i] = "request " + random.nextInt(1_000_000) + " done in time";
        }
    }

    double value(int i, int metric) {
        return this.values[(i & (SIZE - 1)) * NAMES.length + metric];
    }

    double[] values(int i) {
        double[] all = new double[NAMES.length];
        System.arraycopy(this.values, (i & (SIZE - 1)) * NAMES.length, all, 0, all.length);
        return all;
    }

    Status status(int i) {
        return this.statuses[i & (SIZE - 1)];
    }

    String event(int i) {
        return this.events[i & (SIZE - 1)];
    }

    String message(int i) {
        return this.messages[i & (SIZE - 1)];
    }
}
