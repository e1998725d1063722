/** Files that several processes append to, without a torn byte. */
@Internal
@NullMarked
package org.cloudmesh.ai.telemetry.store.file;

import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.NullMarked;
