package org.cloudmesh.ai.telemetry.host;

import org.springframework.data.repository.ListCrudRepository;

/** The host's own repository. */
interface BookRepository extends ListCrudRepository<Book, Long> {}
