/** How a record is written as JSON and read back, for files, columns and answers alike. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.json;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
