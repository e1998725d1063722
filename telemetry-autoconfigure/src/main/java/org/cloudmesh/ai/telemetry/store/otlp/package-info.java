/** Hands records to whatever takes OpenTelemetry's log records. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.otlp;

import org.jspecify.annotations.NullMarked;
