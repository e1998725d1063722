/** Hands records to Kafka. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.kafka;

import org.jspecify.annotations.NullMarked;
