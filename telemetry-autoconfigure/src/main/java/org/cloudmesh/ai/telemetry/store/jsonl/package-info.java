/** Records as JSON lines: appended to one file that rolls, and queried by summaries and scanning. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.jsonl;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
