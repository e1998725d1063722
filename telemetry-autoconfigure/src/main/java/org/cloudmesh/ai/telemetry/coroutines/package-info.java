/** Ends tracked work with Kotlin's flows. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.coroutines;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
