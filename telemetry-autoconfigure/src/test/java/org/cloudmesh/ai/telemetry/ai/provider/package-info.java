/** Stand-ins for the servers of model providers, each in the wire format of its public documents. */
package org.cloudmesh.ai.telemetry.ai.provider;
