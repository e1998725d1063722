package org.cloudmesh.ai.telemetry.demo;

import org.springframework.data.repository.ListCrudRepository;

interface PassageRepository extends ListCrudRepository<Passage, Long> {}
