/** How a record is written as JSON and read back, for files, columns and answers alike. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.json;

import org.jspecify.annotations.NullMarked;
