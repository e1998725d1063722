/** Sends records from the local file to remote stores, as often as it takes. */
@NullMarked
package org.cloudmesh.ai.telemetry.forward;

import org.jspecify.annotations.NullMarked;
