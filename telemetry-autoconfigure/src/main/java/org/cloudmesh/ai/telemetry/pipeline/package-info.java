/**
 * The way of a record from emit to the stores: a bounded queue, one writer, batches, acknowledgement and accounting.
 *
 * <p>A caller leaves an {@code Entry} in the {@code RecordQueue}, where it waits. The thread of the {@code Writer}
 * makes records of entries, batch by batch, and has each store write them through a {@code StoreDelivery}.
 */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.pipeline;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
