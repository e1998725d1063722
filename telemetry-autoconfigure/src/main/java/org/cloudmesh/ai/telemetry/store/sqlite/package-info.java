/** Keeps records in SQLite, in a layout that answers questions about ten million of them in milliseconds. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.sqlite;

import org.jspecify.annotations.NullMarked;
