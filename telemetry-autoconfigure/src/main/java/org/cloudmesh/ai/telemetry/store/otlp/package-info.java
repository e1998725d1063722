/** Hands records to whatever takes OpenTelemetry's log records. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.otlp;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
