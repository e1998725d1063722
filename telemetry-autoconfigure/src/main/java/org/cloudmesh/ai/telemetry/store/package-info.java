/** What keeps records and answers questions about them: the interfaces that stores implement, and the query model. */
@NullMarked
package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.NullMarked;
