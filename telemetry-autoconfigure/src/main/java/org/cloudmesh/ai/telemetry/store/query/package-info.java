/** The one engine that answers questions about records, over what each store shows of its own. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.query;

import org.jspecify.annotations.NullMarked;
