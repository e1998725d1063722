/** A store in memory, for tests and trials. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.memory;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
