/** The way of a record from emit to the stores: a bounded queue, one writer, batches, acknowledgement and accounting. */
@NullMarked
package org.cloudmesh.ai.telemetry.pipeline;

import org.jspecify.annotations.NullMarked;
