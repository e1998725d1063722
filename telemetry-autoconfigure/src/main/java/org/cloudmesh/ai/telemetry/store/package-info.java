/**
 * What keeps records and answers questions about them: the interfaces that stores implement, and the query model.
 *
 * <p>A {@link org.cloudmesh.ai.telemetry.store.TelemetryStore} keeps records. Its
 * {@link org.cloudmesh.ai.telemetry.store.RecordSource} answers a few questions, out of which
 * {@link org.cloudmesh.ai.telemetry.store.TelemetryReader} makes all answers; percentiles are those of a
 * {@link org.cloudmesh.ai.telemetry.store.rollup.Distribution}. A {@link org.cloudmesh.ai.telemetry.store.RecordFilter}
 * chooses records; a new filter begins there.
 */
@NullMarked
package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.NullMarked;
