package org.cloudmesh.ai.telemetry.host;

import org.springframework.data.annotation.Id;

/** Something that the host keeps in its own database. */
record Book(@Id Long id, String title) {}
