/**
 * The way of a record from emit to the stores: a bounded queue, one writer, batches, acknowledgement and accounting.
 */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.pipeline;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
