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

    static final boolean OSHI = present("oshi.SystemInfo") && present("com.sun.jna.Native");

    @Override
    public @Nullable String missing() {
        return OSHI ? null : "com.github.oshi:oshi-core";
    }

    @Override
    public ContextSource create(TelemetrySettings.Context settings, @Nullable Path storeDirectory, Clock clock) {
        if (!settings.enabled()) {
            return new UserOnly(Identity.user(HostFiles.ofMachine(), System::getenv));
        }
        return MachineContextSource.builder()
                .interval(settings.interval())
                .storeDirectory(storeDirectory)
                .clock(clock)
                .build();
    }

    private static boolean present(String type) {
        String file = type.replace('.', '/') + ".class";
        return MachineContextSourceFactory.class.getClassLoader().getResource(file) != null;
    }

    /** What is left when nothing is sampled. */
    private record UserOnly(Map<String, @Nullable Object> user) implements ContextSource {}
}
