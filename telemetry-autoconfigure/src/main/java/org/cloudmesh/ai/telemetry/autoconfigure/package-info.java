/** Wires everything into a Spring Boot application: properties, conditions, beans and failure analysis. */
@NullMarked
package org.cloudmesh.ai.telemetry.autoconfigure;

import org.jspecify.annotations.NullMarked;
