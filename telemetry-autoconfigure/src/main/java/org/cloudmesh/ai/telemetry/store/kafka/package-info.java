/** Hands records to Kafka. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.kafka;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
