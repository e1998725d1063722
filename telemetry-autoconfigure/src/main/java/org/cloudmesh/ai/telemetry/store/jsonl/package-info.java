/** Records as JSON lines: appended to one file that rolls, and queried by scanning. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.jsonl;

import org.jspecify.annotations.NullMarked;
