/** Ends tracked work with Reactor's publishers and reads what their context says of the caller. */
@NullMarked
package org.cloudmesh.ai.telemetry.reactor;

import org.jspecify.annotations.NullMarked;
