package org.cloudmesh.ai.telemetry.faults;

import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** A Spring application that ends in an unusual way. */
final class Ending {

    private Ending() {}

    /** Starts with {@code constructor} or {@code hook}, the backend and the path. */
    public static void main(String[] arguments) {
        System.out.println("ready");
        var context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "ending=" + arguments[0],
                        "spring.main.banner-mode=off",
                        "telemetry.backend=" + arguments[1],
                        "telemetry.path=" + arguments[2])
                .run();
        Telemetry telemetry = context.getBean(Telemetry.class);
        telemetry.emit("early", 1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> emitLate(telemetry), "late"));
        System.exit(0);
    }

    /** Emits until the recorder is closed, at least 300 ms into the shutdown, and then a hundred times more. */
    private static void emitLate(Telemetry telemetry) {
        try {
            TimeUnit.MILLISECONDS.sleep(300);
            while (dropped(telemetry) == 0) {
                telemetry.emit("probe", 1);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        long before = dropped(telemetry);
        for (int i = 0; i < 100; i++) {
            telemetry.emit("late", i);
        }
        System.out.println("dropped " + (dropped(telemetry) - before));
    }

    private static long dropped(Telemetry telemetry) {
        return ((PipelineView) telemetry).stores().get(0).dropped().getOrDefault("shutdown", 0L);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    static class Application {

        @Bean
        @Conditional(InConstructor.class)
        Object exits(Telemetry telemetry) {
            for (int i = 0; i < 10_000; i++) {
                telemetry.emit("n", i);
            }
            System.exit(3);
            return this;
        }
    }

    static class InConstructor implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return "constructor".equals(context.getEnvironment().getProperty("ending"));
        }
    }
}
