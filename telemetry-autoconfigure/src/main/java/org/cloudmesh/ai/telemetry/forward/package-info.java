/** Sends records from the local file to remote stores, as often as it takes. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.forward;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
