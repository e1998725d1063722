/** Records as lines for people. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.text;

import org.jspecify.annotations.NullMarked;
