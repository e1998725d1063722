package org.cloudmesh.ai.telemetry.faults;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A web application in this JVM, on a random port, as its users see it. */
final class RecordingApplication implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final ConfigurableApplicationContext context;

    private final String root;

    RecordingApplication(String backend, Path path) {
        this.context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=telemetry,health,metrics",
                        "management.endpoint.health.show-details=always",
                        // Tests look at what is in the file and what is not.
                        "telemetry.context.history=0",
                        "telemetry.backend=" + backend,
                        "telemetry.path=" + path)
                .run();
        this.root = "http://localhost:" + this.context.getEnvironment().getProperty("local.server.port") + "/actuator/";
    }

    Telemetry telemetry() {
        return this.context.getBean(Telemetry.class);
    }

    TelemetryReader reader() {
        return this.context.getBean(TelemetryReader.class);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(this.root + path)).build(), BodyHandlers.ofString());
    }

    /** Encodes a text for a path or a parameter. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        this.context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    static class Application {}
}
