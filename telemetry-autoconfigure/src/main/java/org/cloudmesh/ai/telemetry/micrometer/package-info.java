/** The bridge to Micrometer: meters out of records and of the pipeline itself. */
@NullMarked
package org.cloudmesh.ai.telemetry.micrometer;

import org.jspecify.annotations.NullMarked;
