/** Measures speed and size of the recorder beside its peers', in the same run; not part of the default build. */
@NullMarked
package org.cloudmesh.ai.telemetry.benchmark;

import org.jspecify.annotations.NullMarked;
