/** Records of AI calls, made from what Micrometer observes and from what LangChain4j tells its listeners. */
@NullMarked
package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.NullMarked;
