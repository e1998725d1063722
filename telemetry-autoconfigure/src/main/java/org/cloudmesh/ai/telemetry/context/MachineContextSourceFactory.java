package org.cloudmesh.ai.telemetry.context;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.ContextSourceFactory;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.jspecify.annotations.Nullable;

/** Makes sources that sample this machine. */
public final class MachineContextSourceFactory implements ContextSourceFactory {

    @Override
    public ContextSource create(TelemetrySettings.Context settings, @Nullable Path storeDirectory, Clock clock) {
        if (!settings.enabled()) {
            return new UserOnly(Identity.user(HostFiles.ofMachine(), System::getenv));
        }
        MachineContextSource.Builder builder = MachineContextSource.builder()
                .interval(settings.interval())
                .storeDirectory(storeDirectory)
                .clock(clock);
        for (Map.Entry<String, String> constant : settings.constants().entrySet()) {
            builder.constant(constant.getKey(), constant.getValue());
        }
        return builder.build();
    }

    /** What is left when nothing is sampled. */
    private record UserOnly(Map<String, @Nullable Object> user) implements ContextSource {}
}
