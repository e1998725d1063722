/** Records as lines for people. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.text;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
