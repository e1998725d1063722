package org.cloudmesh.ai.telemetry.store.text;

import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;

/** Makes stores that write a line for people of each record, to a file or else to the console. */
public final class TextStoreFactory implements StoreFactory {

    @Override
    public String backend() {
        return "text";
    }

    @Override
    public TelemetryStore create(StoreSettings settings) {
        return settings.path() == null ? new ConsoleStore(System.out) : new TextFileStore(settings.path());
    }
}
