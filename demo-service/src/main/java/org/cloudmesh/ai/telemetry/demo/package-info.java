/** A semantic search service that does real inference in its own process and records it. */
@NullMarked
package org.cloudmesh.ai.telemetry.demo;

import org.jspecify.annotations.NullMarked;
