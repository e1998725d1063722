/** Roll-ups: what many records add up to by series, as a mergeable sketch and in bytes. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.rollup;

import org.jspecify.annotations.NullMarked;
