/** A store in memory, for tests and trials. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.memory;

import org.jspecify.annotations.NullMarked;
