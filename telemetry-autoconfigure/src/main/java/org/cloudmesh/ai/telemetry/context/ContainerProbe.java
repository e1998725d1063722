package org.cloudmesh.ai.telemetry.context;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells what kind of container the process runs in, and under which names. */
final class ContainerProbe implements Probe {

    private static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    private static final List<String> RUNTIMES = List.of("docker", "libpod", "containerd", "crio", "lxc");

    private final HostFiles files;

    private final Function<String, @Nullable String> environment;

    /**
     * Makes a probe.
     *
     * @param environment gives variables by their name; only well-known names are asked for
     */
    ContainerProbe(HostFiles files, Function<String, @Nullable String> environment) {
        this.files = files;
        this.environment = environment;
    }

    @Override
    public String name() {
        return "container";
    }

    @Override
    public int every() {
        return ONCE;
    }

    @Override
    public void read(Reading reading) {
        String namespace = this.files.word(SERVICE_ACCOUNT);
        boolean kubernetes = namespace != null || this.environment.apply("KUBERNETES_SERVICE_HOST") != null;
        reading.put(SystemField.CONTAINER, kubernetes ? "kubernetes" : runtime());
        if (kubernetes) {
            reading.put(SystemField.K8S_NAMESPACE, first(namespace, this.environment.apply("POD_NAMESPACE")));
            // A pod's host name is its name, unless the pod says otherwise.
            reading.put(
                    SystemField.K8S_POD,
                    first(
                            this.environment.apply("POD_NAME"),
                            hostNetwork() ? null : this.files.word("/etc/hostname"),
                            hostNetwork() ? null : this.environment.apply("HOSTNAME")));
        }
    }

    /** Whether the pod has its node's name: the kubelet says so in the file that it writes. */
    private boolean hostNetwork() {
        String hosts = this.files.text("/etc/hosts");
        return hosts != null && hosts.startsWith("# Kubernetes-managed hosts file (host network)");
    }

    private @Nullable String runtime() {
        if (this.files.exists("/.dockerenv")) {
            return "docker";
        }
        if (this.files.exists("/run/.containerenv")) {
            return "podman";
        }
        for (String line : this.files.lines("/proc/self/cgroup")) {
            for (String runtime : RUNTIMES) {
                if (line.contains('/' + runtime)) {
                    return runtime.equals("libpod") ? "podman" : runtime;
                }
            }
        }
        return null;
    }

    private static @Nullable String first(@Nullable String... values) {
        return Stream.of(values)
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .orElse(null);
    }
}
