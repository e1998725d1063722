/** Files that several processes append to, without a torn byte. */
@NullMarked
package org.cloudmesh.ai.telemetry.store.file;

import org.jspecify.annotations.NullMarked;
