/** Ends tracked work with Kotlin's flows. */
@NullMarked
package org.cloudmesh.ai.telemetry.coroutines;

import org.jspecify.annotations.NullMarked;
