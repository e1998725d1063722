package org.cloudmesh.ai.telemetry.store;

import org.cloudmesh.ai.telemetry.Origin;
import org.jspecify.annotations.Nullable;

/** Names a machine among those of a fleet. */
public final class NodeName {

    private NodeName() {}

    /**
     * Returns the name that was chosen, else the pod's (environment variable {@code POD_NAME}), else the host's, else
     * {@code unknown}.
     *
     * @param chosen {@code telemetry.node}
     * @param origin of a recorder on that machine
     */
    public static String of(@Nullable String chosen, Origin origin) {
        if (chosen != null && !chosen.isBlank()) {
            return chosen;
        }
        String pod = System.getenv("POD_NAME");
        if (pod != null && !pod.isBlank()) {
            return pod;
        }
        Object host = origin.user().get("host");
        return host == null ? "unknown" : host.toString();
    }
}
