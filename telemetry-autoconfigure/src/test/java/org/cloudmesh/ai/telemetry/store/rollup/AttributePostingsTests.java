package org.cloudmesh.ai.telemetry.store.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttributePostingsTests {

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 3", "1000, 1000", "40000, 40000", "40000, 100", "40000, 1", "200000, 150000"})
    void noValueIsMissedAndFewPlacesAreWrong(int records, int values) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AttributePostings postings = new AttributePostings(512);
        Map<String, BitSet> expected = new HashMap<>();
        for (int i = 0; i < records; i++) {
            String value = "value-" + random.nextInt(values);
            int place = (int) ((long) i * 512 / records);
            postings.add(AttributePostings.hash("key", value), place);
            expected.computeIfAbsent(value, (absent) -> new BitSet()).set(place);
        }
        byte[][] parts = postings.encode();
        int slotBits = postings.slotBits();
        expected.forEach((value, places) -> {
            BitSet found = places(parts, slotBits, AttributePostings.hash("key", value));
            found.and(places);
            assertThat(found).as("seed %d, %s", seed, value).isEqualTo(places);
        });
        long wrong = 0;
        for (int i = 0; i < 1000; i++) {
            wrong += places(parts, slotBits, AttributePostings.hash("key", "other-" + i))
                    .cardinality();
        }
        assertThat(wrong).as("seed %d", seed).isLessThan(150);
        long bytes = Arrays.stream(parts).mapToLong((part) -> part.length).sum();
        assertThat(bytes).isLessThan(300 + 5L * records / 2);
    }

    private static BitSet places(byte[][] parts, int slotBits, int hash) {
        BitSet places = new BitSet();
        AttributePostings.forEachPlace(512, parts[AttributePostings.part(hash, slotBits)], hash, slotBits, places::set);
        return places;
    }
}
