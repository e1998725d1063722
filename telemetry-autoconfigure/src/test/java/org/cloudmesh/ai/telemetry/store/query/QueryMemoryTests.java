package org.cloudmesh.ai.telemetry.store.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicLong;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.rollup.Distribution;
import org.junit.jupiter.api.Test;

class QueryMemoryTests {

    private static final long LIMIT = 1 << 20;

    private final AtomicLong shared = new AtomicLong();

    @Test
    void queriesShareALimitAndGiveBackWhatTheyTook() {
        try (QueryMemory first = new QueryMemory(this.shared, LIMIT)) {
            first.accept(LIMIT * 3 / 4);
            try (QueryMemory second = new QueryMemory(this.shared, LIMIT)) {
                assertThatThrownBy(() -> second.accept(LIMIT / 2))
                        .isInstanceOfSatisfying(
                                QueryException.class,
                                (ex) -> assertThat(ex.reason()).isEqualTo(QueryException.Reason.TOO_LARGE));
            }
            assertThat(this.shared.get()).isBetween(LIMIT * 3 / 4, LIMIT);
        }
        assertThat(this.shared).hasValue(0);
    }

    @Test
    void valuesAreCountedBeforeTheyAreKept() {
        try (QueryMemory memory = new QueryMemory(this.shared, LIMIT)) {
            assertThatThrownBy(() -> {
                        for (int group = 0; group < 1000; group++) {
                            Distribution values = new Distribution(memory);
                            for (int i = 0; i < Distribution.EXACT_LIMIT; i++) {
                                values.add(i, i);
                            }
                        }
                    })
                    .isInstanceOf(QueryException.class);
            assertThat(this.shared.get()).isLessThanOrEqualTo(LIMIT);
        }
    }
}
