package org.cloudmesh.ai.telemetry.actuate;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application on a random port that records into a pipeline of the test's. */
final class Host implements AutoCloseable {

    private static final String[] TOMCAT = {
        "org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration",
        "org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration"
    };

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final ConfigurableApplicationContext context;

    private final String root;

    private Host(ConfigurableApplicationContext context, String root) {
        this.context = context;
        this.root = root;
    }

    static Host start(WebApplicationType type, PipelineView pipeline, String... properties) {
        return start(type, pipeline, (target) -> {}, properties);
    }

    static Host start(
            WebApplicationType type,
            PipelineView pipeline,
            Consumer<GenericApplicationContext> beans,
            String... properties) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("server.port", "0");
        all.put("telemetry.enabled", "false");
        all.put("spring.main.banner-mode", "off");
        all.put("management.endpoints.web.exposure.include", "*");
        all.put("management.endpoint.health.show-details", "always");
        if (type == WebApplicationType.REACTIVE) {
            // Tomcat is on the class path for the other stack; a reactive application runs on Netty.
            all.put("spring.autoconfigure.exclude", String.join(",", TOMCAT));
        }
        for (String property : properties) {
            int equals = property.indexOf('=');
            all.put(property.substring(0, equals), property.substring(equals + 1));
        }
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(type)
                .properties(all)
                .initializers((GenericApplicationContext target) -> {
                    if (pipeline != null) {
                        target.registerBean(PipelineView.class, () -> pipeline);
                    }
                    beans.accept(target);
                })
                .run();
        String port = context.getEnvironment().getProperty("local.management.port");
        return new Host(context, "http://localhost:" + port);
    }

    ConfigurableApplicationContext context() {
        return this.context;
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(request(path, headers).build());
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, BodyHandlers.ofString());
        } catch (IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.root + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    /** Asks beneath the endpoint and returns a part of the JSON answer. */
    <T> T json(String path, String part) {
        HttpResponse<String> response = get("/actuator/telemetry" + path);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
        }
        return JsonPath.read(response.body(), part);
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** Opens a connection of its own, asks, and reads nothing. */
    Socket ask(String path) throws IOException {
        Socket socket = new Socket();
        // As little as there can be of the answer lies on this side.
        socket.setReceiveBufferSize(4096);
        URI root = URI.create(this.root);
        socket.connect(new InetSocketAddress(root.getHost(), root.getPort()));
        String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    @Import(Page.class)
    static class Application {}

    /** A page of the application's own. */
    @RestController
    static class Page {

        @GetMapping("/page")
        String page() {
            return "page";
        }
    }
}
