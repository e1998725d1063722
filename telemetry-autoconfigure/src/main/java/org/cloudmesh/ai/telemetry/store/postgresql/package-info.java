/** Keeps the records of a fleet in PostgreSQL. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.postgresql;

import org.jspecify.annotations.NullMarked;
