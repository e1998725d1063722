/** What applications use: the recorder, its records and their statuses. Knows the JDK alone. */
@NullMarked
package org.cloudmesh.ai.telemetry;

import org.jspecify.annotations.NullMarked;
