package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordQueueTests {

    @Test
    void isFullAtItsCapacityAndHasRoomForWhatWasTakenOut() {
        RecordQueue queue = new RecordQueue(3);
        assertThat(queue.capacity()).isEqualTo(4);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.offer(entry(i))).isEqualTo(i);
        }
        assertThat(queue.offer(entry(4))).isEqualTo(RecordQueue.FULL);
        assertThat(queue.poll().value).isZero();
        assertThat(queue.offer(entry(4))).isEqualTo(4);
        assertThat(queue.claimed()).isEqualTo(5);
        assertThat(queue.consumed()).isEqualTo(1);
    }

    @Test
    void closedItRefusesAndStillGivesWhatItHas() {
        RecordQueue queue = new RecordQueue(8);
        queue.offer(entry(7));
        queue.close();
        queue.close();
        assertThat(queue.isClosed()).isTrue();
        assertThat(queue.offer(entry(8))).isEqualTo(RecordQueue.CLOSED);
        assertThat(queue.claimed()).isEqualTo(1);
        List<Double> left = new ArrayList<>();
        queue.forEachLeft((entry) -> left.add(entry.value));
        assertThat(left).containsExactly(7.0);
        assertThat(queue.poll().value).isEqualTo(7);
        assertThat(queue.poll()).isNull();
    }

    @Test
    void eachEntryIsTakenOutOnceOrRefusedWhileManyProducersRaceTheClose() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int producers = 8;
        ExecutorService pool = Executors.newFixedThreadPool(producers);
        try {
            for (int round = 0; round < 50; round++) {
                RecordQueue queue = new RecordQueue(1 << random.nextInt(1, 8));
                int closeAfter = random.nextInt(2_000);
                CountDownLatch go = new CountDownLatch(1);
                List<Future<Integer>> results = new ArrayList<>();
                for (int producer = 0; producer < producers; producer++) {
                    int number = producer;
                    results.add(pool.submit(() -> produce(queue, number, go)));
                }
                go.countDown();
                int[] next = new int[producers];
                int taken = 0;
                while (true) {
                    Entry entry = queue.poll();
                    if (entry != null) {
                        int producer = (int) entry.value;
                        assertThat(entry.timestamp)
                                .as("seed %d, round %d: the order of producer %d", seed, round, producer)
                                .isEqualTo(next[producer]++);
                        taken++;
                    } else if (queue.isClosed()) {
                        break;
                    }
                    if (taken >= closeAfter) {
                        queue.close();
                    }
                }
                int accepted = 0;
                for (int producer = 0; producer < producers; producer++) {
                    int its = results.get(producer).get();
                    assertThat(next[producer])
                            .as("seed %d, round %d: entries of producer %d", seed, round, producer)
                            .isEqualTo(its);
                    accepted += its;
                }
                assertThat(queue.claimed())
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(accepted)
                        .isEqualTo(queue.consumed());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void holdsNoMoreThanItsCapacityHoweverManyProducersCollide() throws Exception {
        int producers = 8;
        RecordQueue queue = new RecordQueue(256);
        ExecutorService pool = Executors.newFixedThreadPool(producers);
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Integer>> results = new ArrayList<>();
            for (int producer = 0; producer < producers; producer++) {
                int number = producer;
                results.add(pool.submit(() -> produce(queue, number, go)));
            }
            go.countDown();
            long most = 0;
            for (int taken = 0; taken < 500_000; ) {
                most = Math.max(most, queue.claimed() - queue.consumed());
                taken += queue.poll() != null ? 1 : 0;
            }
            queue.close();
            for (Future<Integer> result : results) {
                result.get();
            }
            assertThat(most).isBetween(1L, 256L);
            assertThat(queue.claimed() - queue.consumed()).isLessThanOrEqualTo(256);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatAThreadPutInBeforeAPlaceIsTakenOutWhenThatPlaceIsReached() throws Exception {
        int producers = 6;
        RecordQueue queue = new RecordQueue(1024);
        AtomicLongArray taken = new AtomicLongArray(producers);
        ExecutorService pool = Executors.newFixedThreadPool(producers);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int producer = 0; producer < producers; producer++) {
                int number = producer;
                results.add(pool.submit(() -> {
                    for (int i = 1; i <= 20_000; i++) {
                        while (queue.offer(new Entry(i, null, null, "n", number)) < 0) {
                            Thread.yield();
                        }
                        if (i % 1_000 == 0) {
                            RecordQueue.Position end = queue.end();
                            while (!queue.taken().hasReached(end)) {
                                Thread.yield();
                            }
                            // The consumer takes an entry out before it says so.
                            assertThat(taken.get(number)).isGreaterThanOrEqualTo(i - 1);
                        }
                    }
                }));
            }
            while (!results.stream().allMatch(Future::isDone)) {
                Entry entry = queue.poll();
                if (entry != null) {
                    assertThat(entry.timestamp).isEqualTo(taken.get((int) entry.value) + 1);
                    taken.set((int) entry.value, entry.timestamp);
                }
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(queue.isEmpty()).isTrue();
    }

    /** Puts entries in until the queue is closed; returns how many were taken over. */
    private static int produce(RecordQueue queue, int number, CountDownLatch go) throws InterruptedException {
        go.await();
        int accepted = 0;
        while (true) {
            long ticket = queue.offer(new Entry(accepted, null, null, "n", number));
            if (ticket == RecordQueue.CLOSED) {
                return accepted;
            }
            if (ticket == RecordQueue.FULL) {
                Thread.yield();
            } else {
                accepted++;
            }
        }
    }

    private static Entry entry(int value) {
        return new Entry(0, null, null, "n", value);
    }
}
