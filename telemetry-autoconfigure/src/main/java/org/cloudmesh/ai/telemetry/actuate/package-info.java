/** What an application shows of its telemetry: the actuator endpoint with the dashboard, and health. */
@NullMarked
package org.cloudmesh.ai.telemetry.actuate;

import org.jspecify.annotations.NullMarked;
