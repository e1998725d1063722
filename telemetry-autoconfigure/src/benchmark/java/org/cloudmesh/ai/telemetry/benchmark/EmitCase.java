package org.cloudmesh.ai.telemetry.benchmark;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Measures one call: in bursts, by one thread and by two, and at a slow pace. */
final class EmitCase {

    private static final int BURST = 8192;

    private static final int WARM_UP = 250;

    private static final int BURSTS = 250;

    // Enough for a median of peers whose worker takes long to catch up.
    private static final int LEAST_BURSTS = 25;

    private static final long LONGEST = 4_000_000_000L;

    private static final int PACED = 6000;

    private static final long PACE = 200_000;

    private final String name;

    EmitCase(String name) {
        this.name = name;
    }

    Map<String, Double> measure() throws Exception {
        Map<String, Double> figures = new TreeMap<>();
        try (Subject subject = Subjects.of(this.name)) {
            bursts(subject, WARM_UP);
            double[] burst = bursts(subject, BURSTS);
            figures.put("burst1", burst[0]);
            figures.put("bytes", burst[1]);
            burstsOfTwo(subject, WARM_UP / 2);
            figures.put("burst2", burstsOfTwo(subject, BURSTS));
            paced(subject, PACED / 4);
            long[] paced = paced(subject, PACED);
            figures.put("p50", (double) paced[PACED / 2]);
            figures.put("p999", (double) paced[PACED - PACED / 1000]);
        }
        return figures;
    }

    private static double[] bursts(Subject subject, int count) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Double> nanos = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        long end = System.nanoTime() + LONGEST;
        for (int n = 0; n < count && (n < LEAST_BURSTS || System.nanoTime() - end < 0); n++) {
            subject.settle();
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            long start = System.nanoTime();
            burst(subject);
            nanos.add((System.nanoTime() - start) / (double) BURST);
            bytes.add((threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before) / (double) BURST);
        }
        return new double[] {Fork.median(nanos), Fork.median(bytes)};
    }

    private static void burst(Subject subject) {
        for (int i = 0; i < BURST; i++) {
            subject.call(i);
        }
    }

    private static double burstsOfTwo(Subject subject, int count) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        AtomicLong other = new AtomicLong();
        AtomicBoolean over = new AtomicBoolean();
        Thread second = new Thread(() -> {
            while (true) {
                await(barrier);
                if (over.get()) {
                    return;
                }
                long start = System.nanoTime();
                burst(subject);
                other.set(System.nanoTime() - start);
                await(barrier);
            }
        });
        second.start();
        List<Double> nanos = new ArrayList<>();
        long end = System.nanoTime() + LONGEST;
        for (int n = 0; n < count && (n < LEAST_BURSTS || System.nanoTime() - end < 0); n++) {
            subject.settle();
            await(barrier);
            long start = System.nanoTime();
            burst(subject);
            long own = System.nanoTime() - start;
            await(barrier);
            nanos.add((own + other.get()) / (2.0 * BURST));
        }
        over.set(true);
        await(barrier);
        second.join();
        return Fork.median(nanos);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static long[] paced(Subject subject, int count) {
        subject.settle();
        long[] nanos = new long[count];
        long next = System.nanoTime();
        for (int i = 0; i < count; i++) {
            next += PACE;
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            subject.call(i);
            nanos[i] = System.nanoTime() - start;
            next = Math.max(next, start);
        }
        Arrays.sort(nanos);
        return nanos;
    }
}
