/** What the machine and the process were doing: CPU, memory, graphics cards, disk, container, host and user. */
@NullMarked
package org.cloudmesh.ai.telemetry.context;

import org.jspecify.annotations.NullMarked;
