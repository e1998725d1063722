/**
 * Rules over what is stored, evaluated once a minute: when one fires or ends, the application and its operator are
 * told.
 */
@NullMarked
package org.cloudmesh.ai.telemetry.alert;

import org.jspecify.annotations.NullMarked;
