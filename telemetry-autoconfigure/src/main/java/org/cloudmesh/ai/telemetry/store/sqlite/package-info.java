/** Keeps records in SQLite, in a layout that answers questions about ten million of them in milliseconds. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.sqlite;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
