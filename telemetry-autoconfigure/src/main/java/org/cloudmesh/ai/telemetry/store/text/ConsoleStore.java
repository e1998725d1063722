package org.cloudmesh.ai.telemetry.store.text;

import java.io.PrintStream;
import java.util.List;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Writes lines for people to the console. */
final class ConsoleStore implements TelemetryStore {

    private final PrintStream console;

    ConsoleStore(PrintStream console) {
        this.console = console;
    }

    @Override
    public String name() {
        return "text";
    }

    @Override
    public void write(List<TelemetryRecord> batch, boolean durable) {
        byte[] lines = TextFormat.lines(batch);
        this.console.write(lines, 0, lines.length);
        this.console.flush();
    }
}
