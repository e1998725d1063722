/** Keeps the records of a fleet in PostgreSQL. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.postgresql;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
