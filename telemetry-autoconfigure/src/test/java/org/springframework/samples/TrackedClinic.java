package org.springframework.samples;

import org.cloudmesh.ai.telemetry.Tracked;

/** A bean as the samples of Spring have it: an application's own, in Spring's package. */
public class TrackedClinic {

    @Tracked
    public void visit() {}
}
