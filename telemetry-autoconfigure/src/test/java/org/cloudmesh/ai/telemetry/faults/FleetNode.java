package org.cloudmesh.ai.telemetry.faults;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryEndpointAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryFleetAutoConfiguration;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryHealthAutoConfiguration;
import org.cloudmesh.ai.telemetry.forward.Fleet;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.actuate.endpoint.web.WebMvcHealthEndpointExtensionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A process that is one node of a fleet: {@code service}, a web application on a random port, or {@code program}, a
 * recorder alone. It takes commands from its standard input, one a line. Its records have the metric {@code n}, counted
 * up from a first number.
 */
final class FleetNode {

    private static final int STEP_MILLIS = 20;

    private static final long FILL = 20_000;

    private final RecordingTelemetry telemetry;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    private long next;

    private volatile boolean loading;

    private FleetNode(RecordingTelemetry telemetry, long first) {
        this.telemetry = telemetry;
        this.next = first;
    }

    /** Starts with {@code service} or {@code program}, path, node, URL of the database and the first number. */
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[1]);
        String node = arguments[2];
        String url = arguments[3];
        long first = Long.parseLong(arguments[4]);
        if (arguments[0].equals("service")) {
            System.out.println("ready");
            ConfigurableApplicationContext context = service(path, node, url);
            FleetNode service = new FleetNode(context.getBean(RecordingTelemetry.class), first);
            service.say("port " + context.getEnvironment().getProperty("local.server.port"));
            service.obey();
            context.close();
        } else {
            Properties properties = new Properties();
            properties.setProperty("user", "telemetry");
            properties.setProperty("connectTimeout", "5");
            RecordingTelemetry telemetry = Fleet.start(
                    Fleet.builder(path)
                            .closeTimeout(Duration.ofSeconds(Long.getLong("node.close", 20)))
                            .clock(Clock.offset(
                                    Clock.systemUTC(), Duration.ofDays(Integer.getInteger("node.days", 0)))),
                    new DriverManagerDataSource(url, properties),
                    node);
            Runtime.getRuntime().addShutdownHook(new Thread(telemetry::close));
            System.out.println("ready");
            new FleetNode(telemetry, first).obey();
        }
    }

    private static ConfigurableApplicationContext service(Path path, String node, String url) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "spring.application.name=service",
                        "management.endpoints.web.exposure.include=telemetry,health",
                        "management.endpoint.health.show-details=always",
                        "telemetry.backend=jdbc",
                        "telemetry.context.enabled=false",
                        "telemetry.path=" + path,
                        "telemetry.node=" + node,
                        "telemetry.jdbc.url=" + url,
                        "telemetry.jdbc.username=telemetry")
                .run();
    }

    private void obey() throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            long number = words.length > 1 ? Long.parseLong(words[1]) : 0;
            switch (words[0]) {
                case "load" -> {
                    this.loading = true;
                    Thread load = new Thread(() -> load(number), "load");
                    load.setDaemon(true);
                    load.start();
                }
                case "fill" -> {
                    boolean kept = true;
                    // Less at once than the queue takes.
                    for (long left = number; left > 0; left -= FILL) {
                        emit(Math.min(FILL, left));
                        kept &= this.telemetry.flush(Duration.ofSeconds(60));
                    }
                    say("filled " + kept);
                }
                case "stop" -> this.loading = false;
                case "status" -> say(status());
                default -> throw new IllegalArgumentException(line);
            }
        }
    }

    private void load(long perSecond) {
        long worst = 0;
        while (this.loading) {
            long start = System.nanoTime();
            emit(perSecond * STEP_MILLIS / 1000);
            worst = Math.max(worst, System.nanoTime() - start);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS));
        }
        this.telemetry.flush(Duration.ofSeconds(60));
        say("emitted " + this.next + " worst " + TimeUnit.NANOSECONDS.toMillis(worst));
    }

    private void emit(long count) {
        for (long i = 0; i < count; i++) {
            this.telemetry.emit("n", this.next++);
        }
    }

    private String status() {
        StoreStatus status = Fleet.status(this.telemetry, "jdbc");
        StoreStatus.Degraded degraded = status.degraded();
        return "status exact " + Fleet.isExact(this.telemetry) + " through " + Fleet.isThrough(this.telemetry, "jdbc")
                + " written " + status.written() + " dropped " + status.dropped() + " degraded "
                + (degraded == null ? "no" : degraded.reason());
    }

    private synchronized void say(String line) {
        try {
            this.out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** No more than it needs: three of them start at once. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        EndpointAutoConfiguration.class,
        JacksonEndpointAutoConfiguration.class,
        WebEndpointAutoConfiguration.class,
        ManagementContextAutoConfiguration.class,
        ServletManagementContextAutoConfiguration.class,
        HealthContributorAutoConfiguration.class,
        HealthContributorRegistryAutoConfiguration.class,
        HealthEndpointAutoConfiguration.class,
        WebMvcHealthEndpointExtensionAutoConfiguration.class,
        TelemetryAutoConfiguration.class,
        TelemetryFleetAutoConfiguration.class,
        TelemetryEndpointAutoConfiguration.class,
        TelemetryHealthAutoConfiguration.class
    })
    static class Application {}
}
