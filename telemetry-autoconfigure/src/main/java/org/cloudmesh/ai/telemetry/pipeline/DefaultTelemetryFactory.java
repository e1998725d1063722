package org.cloudmesh.ai.telemetry.pipeline;

import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.StringJoiner;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.ContextSourceFactory;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryFactory;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.forward.ForwardingStore;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a recorder together from settings: finds the backends and the machine's context through {@link ServiceLoader},
 * adds what the application brings, and starts it.
 */
public final class DefaultTelemetryFactory implements TelemetryFactory {

    // Their factories come from the application's auto-configuration, and only if they are asked for.
    private static final String OF_APPLICATIONS = "; in a Spring Boot application also jdbc, kafka, otlp";

    private static final Logger logger = LoggerFactory.getLogger(DefaultTelemetryFactory.class);

    private static final DateTimeFormatter RUN =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private static final String FILE_NAME = "telemetry";

    private static final String LOCAL = "sqlite";

    private final List<TelemetryStore> stores;

    private final List<StoreFactory> factories;

    private final List<PipelineListener> listeners;

    private final List<TelemetryContextContributor> contributors;

    /** Creates an assembly without anything of an application's own. */
    public DefaultTelemetryFactory() {
        this(List.of(), List.of(), List.of());
    }

    /**
     * Creates an assembly.
     *
     * @param stores further backends, after those of the settings
     * @param listeners are shown each record
     * @param contributors say on whose behalf records are made
     */
    public DefaultTelemetryFactory(
            List<TelemetryStore> stores,
            List<PipelineListener> listeners,
            List<TelemetryContextContributor> contributors) {
        this(stores, List.of(), listeners, contributors);
    }

    /**
     * Creates an assembly.
     *
     * @param stores further backends, after those of the settings
     * @param factories of backends that take more than settings to make; they come before others of the same name
     * @param listeners are shown each record
     * @param contributors say on whose behalf records are made
     */
    public DefaultTelemetryFactory(
            List<TelemetryStore> stores,
            List<StoreFactory> factories,
            List<PipelineListener> listeners,
            List<TelemetryContextContributor> contributors) {
        this.stores = List.copyOf(stores);
        this.factories = List.copyOf(factories);
        this.listeners = List.copyOf(listeners);
        this.contributors = List.copyOf(contributors);
    }

    /** Builds a recorder that closes itself, should the application forget to, when the JVM ends. */
    @Override
    public Telemetry create(TelemetrySettings settings) {
        RecordingTelemetry telemetry = assemble(settings);
        telemetry.closeWithJvm();
        return telemetry;
    }

    /**
     * Builds a recorder that is already running.
     *
     * @throws TelemetryConfigurationException with {@link TelemetrySettings#failFast()}, when a backend does not exist
     *     or cannot be opened
     */
    public RecordingTelemetry assemble(TelemetrySettings settings) {
        ServiceLoader<StoreFactory> services =
                ServiceLoader.load(StoreFactory.class, StoreFactory.class.getClassLoader());
        Iterable<StoreFactory> factories = this.factories.isEmpty() ? services : both(this.factories, services);
        List<String> backends = backends(settings, factories);
        List<String> remote = new ArrayList<>();
        for (String backend : backends) {
            StoreFactory factory = find(backend, factories);
            if (factory != null && factory.remote()) {
                remote.add(backend);
            }
        }
        List<TelemetryStore> stores = new ArrayList<>();
        Path first = null;
        for (String backend : remote.isEmpty() ? backends : local(backends, remote)) {
            TelemetryStore store = store(backend, settings, factories, stores.isEmpty(), first);
            first = stores.isEmpty() ? store.path() : first;
            stores.add(store);
        }
        if (!this.stores.isEmpty() || stores.size() > 1) {
            stores.removeIf((store) -> store.name().equals(DiscardingStoreFactory.BACKEND));
        }
        ForwardingStore forwarding = remote.isEmpty() ? null : forward(backends, remote, stores, settings, factories);
        stores.addAll(this.stores);
        Path directory = first == null ? null : first.getParent();
        ContextSource context = context(settings, directory);
        RecordingTelemetry telemetry = new RecordingTelemetry(
                settings, origin(settings, context), context, stores, this.listeners, this.contributors, forwarding);
        if (settings.failFast()) {
            open(telemetry, forwarding);
        }
        telemetry.start();
        return telemetry;
    }

    /**
     * Returns the local backends. The file that records wait in stands where the first of them or of the remote ones
     * does.
     */
    private static List<String> local(List<String> backends, List<String> remote) {
        LinkedHashSet<String> local = new LinkedHashSet<>();
        for (String backend : backends) {
            local.add(remote.contains(backend) ? LOCAL : backend);
        }
        return List.copyOf(local);
    }

    /** Puts the remote stores behind the local file; among {@code stores}, that takes the file's place. */
    private static @Nullable ForwardingStore forward(
            List<String> backends,
            List<String> remote,
            List<TelemetryStore> stores,
            TelemetrySettings settings,
            Iterable<StoreFactory> factories) {
        int at = 0;
        while (!stores.get(at).name().equals(LOCAL)) {
            at++;
        }
        TelemetryStore local = stores.get(at);
        List<TelemetryStore> remotes = new ArrayList<>();
        TelemetryStore answering = null;
        boolean answered = false;
        for (String backend : backends) {
            TelemetryStore store = null;
            if (remote.contains(backend)) {
                store = store(backend, settings, factories, false, null);
                remotes.add(store);
            } else {
                store = stores.stream()
                        .filter((candidate) -> candidate.name().equals(backend))
                        .findFirst()
                        .orElse(null);
            }
            if (!answered && store != null && store.source() != null) {
                answered = true;
                answering = remote.contains(backend) ? store : null;
            }
        }
        if (local instanceof UnavailableStore) {
            // Without a local file nothing can wait, so nothing is sent: each backend says why.
            stores.addAll(
                    at,
                    remotes.stream()
                            .map((store) -> new UnavailableStore(store.name(), ((UnavailableStore) local).failure()))
                            .toList());
            return null;
        }
        ForwardingStore forwarding = new ForwardingStore(local, remotes, answering, settings.clock());
        stores.set(at, forwarding);
        return forwarding;
    }

    private static Iterable<StoreFactory> both(Iterable<StoreFactory> first, Iterable<StoreFactory> second) {
        return () -> Stream.of(first, second)
                .flatMap((factories) -> StreamSupport.stream(factories.spliterator(), false))
                .iterator();
    }

    private static void open(RecordingTelemetry telemetry, @Nullable ForwardingStore forwarding) {
        if (forwarding != null) {
            try {
                forwarding.openRemotes();
            } catch (StoreException ex) {
                throw new TelemetryConfigurationException(
                        "telemetry.backend",
                        forwarding.remotes().stream().map(TelemetryStore::name).collect(Collectors.joining(", ")),
                        String.valueOf(ex.getMessage()),
                        "Correct that, or set telemetry.fail-fast=false: records then wait in the local file",
                        ex);
            }
        }
        try {
            telemetry.openNow();
        } catch (StoreException | RuntimeException | LinkageError ex) {
            String reason = ex.getMessage() == null ? ex.toString() : ex.getMessage();
            throw new TelemetryConfigurationException(
                    "telemetry.path",
                    telemetry.stores().get(0).path(),
                    reason,
                    "Choose a path that the application may write to, or set telemetry.fail-fast=false to start without",
                    ex);
        }
    }

    private static List<String> backends(TelemetrySettings settings, Iterable<StoreFactory> factories) {
        if (!settings.backends().isEmpty()) {
            LinkedHashSet<String> names = new LinkedHashSet<>();
            for (String name : settings.backends()) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
            return List.copyOf(names);
        }
        StringJoiner missing = new StringJoiner(", ");
        List<StoreFactory> preferred = new ArrayList<>();
        factories.forEach(preferred::add);
        preferred.removeIf((factory) -> factory.preference() == 0);
        preferred.sort(Comparator.comparingInt(StoreFactory::preference).reversed());
        for (StoreFactory factory : preferred) {
            if (factory.missing() == null) {
                return List.of(factory.backend());
            }
            missing.add(factory.backend() + " needs " + factory.missing());
        }
        logger.warn("Nothing keeps the telemetry records: {}. Add one of them, or set telemetry.backend=text", missing);
        return List.of(DiscardingStoreFactory.BACKEND);
    }

    private static TelemetryStore store(
            String backend,
            TelemetrySettings settings,
            Iterable<StoreFactory> factories,
            boolean first,
            @Nullable Path beside) {
        StoreFactory factory = find(backend, factories);
        if (factory == null) {
            return unavailable(
                    settings,
                    backend,
                    "there is no such backend",
                    "Choose one of " + names(factories) + OF_APPLICATIONS);
        }
        if (factory.missing() != null) {
            return unavailable(
                    settings,
                    backend,
                    factory.missing() + " is not on the class path",
                    "Add it, or choose another backend");
        }
        String path = first ? settings.path() : settings.paths().get(backend);
        try {
            Path file = path == null ? defaultPath(factory, beside) : absolute(path);
            return factory.create(new StoreSettings(file, settings.retention(), settings.clock()));
        } catch (RuntimeException | LinkageError ex) {
            String reason = ex.getMessage() == null ? ex.toString() : ex.getMessage();
            TelemetryConfigurationException failure =
                    new TelemetryConfigurationException("telemetry.path", path, reason, "Choose another path", ex);
            if (settings.failFast()) {
                throw failure;
            }
            return new UnavailableStore(backend, failure);
        }
    }

    private static TelemetryStore unavailable(
            TelemetrySettings settings, String backend, String reason, String action) {
        TelemetryConfigurationException failure =
                new TelemetryConfigurationException("telemetry.backend", backend, reason, action, null);
        if (settings.failFast()) {
            throw failure;
        }
        return new UnavailableStore(backend, failure);
    }

    private static @Nullable Path defaultPath(StoreFactory factory, @Nullable Path beside) {
        if (factory.extension() == null) {
            return null;
        }
        String name = FILE_NAME + "." + factory.extension();
        return beside == null ? absolute(name) : beside.resolveSibling(name);
    }

    private static Path absolute(String path) {
        if (path.isBlank()) {
            throw new IllegalArgumentException("it is blank");
        }
        String home = System.getProperty("user.home");
        boolean inHome = path.equals("~") || path.startsWith("~/") || path.startsWith("~\\");
        return Path.of(inHome ? home + path.substring(1) : path)
                .toAbsolutePath()
                .normalize();
    }

    private static ContextSource context(TelemetrySettings settings, @Nullable Path directory) {
        ContextSourceFactory factory = ServiceLoader.load(
                        ContextSourceFactory.class, ContextSourceFactory.class.getClassLoader())
                .findFirst()
                .orElse(null);
        return factory == null ? ContextSource.NONE : factory.create(settings.context(), directory, settings.clock());
    }

    private static Origin origin(TelemetrySettings settings, ContextSource context) {
        String run = settings.run();
        String start = RUN.format(settings.clock().instant());
        String random = Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36, 36 * 36 * 36 * 36), 36);
        if (run == null || run.isBlank()) {
            run = start + "-" + random;
        }
        run = Limits.cut(run, Limits.NAME);
        String command = Objects.requireNonNull(Limits.cut(settings.command(), Limits.NAME));
        // The time in front makes tokens, and so ids, of later starts sort behind those of earlier ones.
        String token = Long.toString(settings.clock().millis(), 36) + random;
        return new Origin(token, command, run, context.user());
    }

    private static @Nullable StoreFactory find(String backend, Iterable<StoreFactory> factories) {
        try {
            for (StoreFactory factory : factories) {
                if (factory.backend().equals(backend)) {
                    return factory;
                }
            }
            return null;
        } catch (ServiceConfigurationError ex) {
            throw new IllegalStateException("A StoreFactory cannot be loaded", ex);
        }
    }

    private static String names(Iterable<StoreFactory> factories) {
        return StreamSupport.stream(factories.spliterator(), false)
                .map(StoreFactory::backend)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
