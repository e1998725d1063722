package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.alert.AlertMonitor;
import org.springframework.context.SmartLifecycle;

/**
 * Evaluates alerts while the application context runs. A context starts this when all listeners are known to it: an
 * event that is published while beans are still made is lost, and a change is told once.
 */
final class AlertMonitorLifecycle implements SmartLifecycle {

    private final AlertMonitor monitor;

    private volatile boolean running;

    AlertMonitorLifecycle(AlertMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public void start() {
        this.monitor.start();
        this.running = true;
    }

    @Override
    public void stop() {
        this.monitor.stop();
        this.running = false;
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    /** Stops last, just before the recorder closes: what the last requests cost is still looked at. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
