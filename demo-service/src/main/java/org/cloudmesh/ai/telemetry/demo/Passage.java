package org.cloudmesh.ai.telemetry.demo;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;

/**
 * A passage as the database keeps it.
 *
 * @param id null until it is stored
 * @param source the work that it is from
 * @param embedding the bytes of its vector, so that a restart need not run the model again
 */
record Passage(@Id @Nullable Long id, String source, String title, String text, byte[] embedding) {}
