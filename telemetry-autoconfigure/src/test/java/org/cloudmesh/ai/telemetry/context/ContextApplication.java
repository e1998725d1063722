package org.cloudmesh.ai.telemetry.context;

import java.time.Duration;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A web application that records a latency whenever it is asked to; started with the path of its file. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
class ContextApplication {

    public static void main(String[] arguments) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(ContextApplication.class)
                .web(WebApplicationType.SERVLET)
                .properties(Map.of(
                        "server.port", "0",
                        "spring.main.banner-mode", "off",
                        "management.endpoints.web.exposure.include", "*",
                        "telemetry.context.interval", "100ms",
                        "telemetry.path", arguments[0]))
                .run("--management.prometheus.metrics.export.enabled=true");
        System.out.println("port " + context.getEnvironment().getProperty("local.server.port"));
    }

    @RestController
    static class Work {

        private final Telemetry telemetry;

        Work(Telemetry telemetry) {
            this.telemetry = telemetry;
        }

        /** Answers when the record is on disk. */
        @GetMapping("/busy/{seconds}")
        boolean work(@PathVariable double seconds) {
            this.telemetry.emit("latency", seconds, Status.COMPLETED);
            return this.telemetry.flush(Duration.ofSeconds(20));
        }

        /** Records work that ends now and took that long; answers when the record is on disk. */
        @GetMapping("/job/{seconds}")
        boolean job(@PathVariable double seconds) {
            this.telemetry
                    .record()
                    .event("job")
                    .metric("duration_sec", seconds)
                    .status(Status.COMPLETED)
                    .emit();
            return this.telemetry.flush(Duration.ofSeconds(20));
        }
    }
}
