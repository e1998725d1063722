package org.cloudmesh.ai.telemetry.context;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.jspecify.annotations.Nullable;

/**
 * Samples this machine and this process in the background: CPU, memory, graphics cards, disk, container. The fields,
 * their units and sources stand in {@code docs/context.md}. Without OSHI on the class path, the JDK gives what it
 * knows. Thread-safe.
 */
final class MachineContextSource implements ContextSource {

    private final Sampler sampler;

    private final Map<String, @Nullable Object> user;

    private MachineContextSource(Builder builder) {
        HostFiles files = HostFiles.ofMachine();
        Warnings warnings = new Warnings();
        this.user = Identity.user(files, System::getenv);
        this.sampler = new Sampler(
                () -> probes(files, builder.storeDirectory, warnings),
                builder.interval,
                builder.clock,
                builder.constants,
                warnings);
    }

    /** Returns a builder: every second, no disk. */
    public static Builder builder() {
        return new Builder();
    }

    private static List<Probe> probes(HostFiles files, @Nullable Path storeDirectory, Warnings warnings) {
        boolean oshiPresent = present("oshi.SystemInfo") && present("com.sun.jna.Native");
        List<Probe> probes = new ArrayList<>();
        probes.add(new JvmProbe(files));
        if (HostFiles.LINUX) {
            probes.add(new LinuxMachineProbe(files, () -> oshiPresent ? OshiMachineProbe.cpuModel() : null));
            probes.add(new LinuxMachineProbe.Rare(files));
            probes.add(new CgroupProbe(files));
            probes.add(new ContainerProbe(files, System::getenv));
        } else if (oshiPresent) {
            OshiMachineProbe oshi = new OshiMachineProbe();
            probes.add(new JdkMachineProbe(() -> !oshi.ready()));
            probes.add(oshi);
        } else {
            probes.add(new JdkMachineProbe(() -> true));
        }
        if (storeDirectory != null) {
            probes.add(new DiskProbe(storeDirectory));
        }
        probes.add(new GpuProbe(gpuDrivers(files, oshiPresent), warnings));
        return probes;
    }

    private static List<GpuDriver> gpuDrivers(HostFiles files, boolean oshiPresent) {
        List<GpuDriver> drivers = new ArrayList<>();
        if (oshiPresent) {
            drivers.add(new NvmlDriver(() -> NvmlLibrary.likely(files, System::getenv)));
        }
        if (HostFiles.LINUX) {
            drivers.add(new SysfsDriver(files));
        } else if (oshiPresent) {
            drivers.add(new OshiGpuDriver());
        }
        return drivers;
    }

    private static boolean present(String type) {
        String file = type.replace('.', '/') + ".class";
        return MachineContextSource.class.getClassLoader().getResource(file) != null;
    }

    @Override
    public void start() {
        this.sampler.start();
    }

    @Override
    public @Nullable Map<String, @Nullable Object> system() {
        return this.sampler.system();
    }

    @Override
    public @Nullable Map<String, @Nullable Object> constants() {
        return this.sampler.constants();
    }

    @Override
    public Map<String, @Nullable Object> awaitConstants(Duration timeout) {
        return this.sampler.awaitConstants(timeout);
    }

    @Override
    public Map<String, @Nullable Object> user() {
        return this.user;
    }

    @Override
    public void onConstantsChange(Runnable listener) {
        this.sampler.onConstantsChange(listener);
    }

    @Override
    public void onReading(ReadingListener listener) {
        this.sampler.onReading(listener);
    }

    /** Stops sampling, within two seconds. */
    @Override
    public void close() {
        this.sampler.close();
    }

    /** Builds a source. Not thread-safe. */
    public static final class Builder {

        private Duration interval = Duration.ofSeconds(1);

        private @Nullable Path storeDirectory;

        private Clock clock = Clock.systemUTC();

        private final Map<String, @Nullable Object> constants = new LinkedHashMap<>();

        private Builder() {}

        /** Sets the time between two readings; less than 100 ms is taken as that. */
        public Builder interval(Duration interval) {
            this.interval = interval;
            return this;
        }

        /** Sets the directory whose disk is watched. */
        public Builder storeDirectory(@Nullable Path storeDirectory) {
            this.storeDirectory = storeDirectory;
            return this;
        }

        /** Sets the clock that gives readings their time. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** Adds a field that each reading carries as it is, for example {@code application_version}. */
        public Builder constant(String field, @Nullable Object value) {
            this.constants.put(field, value);
            return this;
        }

        /** Returns a source that has not started yet. */
        public MachineContextSource build() {
            return new MachineContextSource(this);
        }
    }
}
