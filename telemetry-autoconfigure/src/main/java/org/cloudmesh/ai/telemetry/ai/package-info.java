/**
 * Records of AI calls, made from what Micrometer observes and from what LangChain4j tells its listeners.
 *
 * <p>{@link org.cloudmesh.ai.telemetry.ai.AiRecorder} and {@link org.cloudmesh.ai.telemetry.ai.AiCall} record the calls
 * of any other library.
 */
@NullMarked
package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.NullMarked;
