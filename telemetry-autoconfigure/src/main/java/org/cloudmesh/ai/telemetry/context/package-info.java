/** What the machine and the process were doing: CPU, memory, graphics cards, disk, container, host and user. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.context;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
