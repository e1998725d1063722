package org.cloudmesh.ai.telemetry.context;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells who runs this process, and where. */
final class Identity {

    private static final long LOOKUP_MILLIS = 200;

    private Identity() {}

    /**
     * Returns {@code name}, {@code host} and {@code pid}; what is unknown is null.
     *
     * @param environment gives variables by their name
     */
    static Map<String, @Nullable Object> user(HostFiles files, Function<String, @Nullable String> environment) {
        Map<String, @Nullable Object> user = new LinkedHashMap<>();
        user.put("name", System.getProperty("user.name"));
        user.put("host", host(files, environment));
        user.put("pid", ProcessHandle.current().pid());
        return Collections.unmodifiableMap(user);
    }

    private static @Nullable String host(HostFiles files, Function<String, @Nullable String> environment) {
        String host = files.word("/proc/sys/kernel/hostname");
        if (host == null) {
            host = environment.apply("COMPUTERNAME");
        }
        if (host == null) {
            host = environment.apply("HOSTNAME");
        }
        return host == null ? lookup() : host;
    }

    /** Asks the resolver, which may ask a name server that does not answer: so within a limit, on another thread. */
    private static @Nullable String lookup() {
        FutureTask<String> task = new FutureTask<>(Identity::localHost);
        Thread thread = new Thread(task, "telemetry-host-name");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(LOOKUP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException ex) {
            return null;
        }
    }

    private static String localHost() throws UnknownHostException {
        return InetAddress.getLocalHost().getHostName();
    }
}
