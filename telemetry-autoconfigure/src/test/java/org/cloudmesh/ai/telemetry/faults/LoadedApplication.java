package org.cloudmesh.ai.telemetry.faults;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web application under load, to be terminated. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
class LoadedApplication {

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private static final int BURST = 100;

    /** Starts with the path of the file, says its port, and what became of all records when it has ended. */
    public static void main(String[] arguments) throws Exception {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(LoadedApplication.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "telemetry.context.enabled=false",
                        "telemetry.path=" + arguments[0])
                .run();
        Telemetry telemetry = context.getBean(Telemetry.class);
        PipelineView pipeline = context.getBean(PipelineView.class);
        Thread load = new Thread(() -> emit(telemetry), "load");
        load.setDaemon(true);
        SpringApplication.getShutdownHandlers().add(() -> {
            load.interrupt();
            join(load);
            StoreStatus status = pipeline.stores().get(0);
            long dropped = status.dropped().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            say("final " + status.accepted() + " " + status.written() + " " + dropped + " " + status.queued() + " "
                    + status.dropped());
        });
        load.start();
        say("ready");
        say("port " + context.getEnvironment().getProperty("local.server.port"));
    }

    private static void emit(Telemetry telemetry) {
        for (long i = 0; !Thread.currentThread().isInterrupted(); i++) {
            telemetry.emit("n", i);
            if (i % BURST == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @RestController
    static class Slow {

        private final Telemetry telemetry;

        Slow(Telemetry telemetry) {
            this.telemetry = telemetry;
        }

        @GetMapping("/slow")
        String slow() throws InterruptedException {
            say("in flight");
            TimeUnit.MILLISECONDS.sleep(1500);
            this.telemetry.emit("late", 1);
            return "done";
        }
    }
}
