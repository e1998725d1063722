package org.cloudmesh.ai.telemetry.store.query;

import java.util.List;

/**
 * One step of a {@link QueryPlan}: a block that is answered from its roll-up, or neighbouring blocks whose records are
 * looked at.
 *
 * @param segment that the blocks are of
 * @param filter resolved for that segment
 * @param blocks one, or for a scan several
 * @param bucket that the block lies in; -1 for a scan
 */
record PlanStep(Segment segment, ResolvedFilter filter, List<Block> blocks, int bucket) {

    boolean isScan() {
        return this.bucket < 0;
    }
}
