/** The fault suite: real faults, injected, and a table of what was seen. */
package org.cloudmesh.ai.telemetry.faults;
