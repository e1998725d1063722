/**
 * What an application shows of its telemetry: the actuator endpoint with the dashboard, and health.
 *
 * <p>{@code Parameters} lists what a request may ask for, {@code TelemetryQueries} has an answer for each path, and
 * {@code Responses} names the fields of the answers.
 */
@NullMarked
package org.cloudmesh.ai.telemetry.actuate;

import org.jspecify.annotations.NullMarked;
