package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;

/** Test contexts of users leave no files, unless they ask for them. */
class TestContextBackendTests {

    private static final String OF_APPLICATION = "spring.config.additional-location=file:target/test-backend/";

    static {
        try {
            Path directory = Files.createDirectories(Path.of("target/test-backend"));
            Files.writeString(
                    directory.resolve("application.properties"),
                    "telemetry.backend=jsonl\ntelemetry.path=target/test-backend/telemetry.jsonl\n");
        } catch (IOException ex) {
            throw new java.io.UncheckedIOException(ex);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(TelemetryAutoConfiguration.class)
    static class Application {}

    @Nested
    @SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE)
    class NothingIsSaid {

        @Test
        void theBackendIsMemory(@Autowired PipelineView pipeline, @Autowired Telemetry telemetry) {
            telemetry.emit("n", 1);
            assertThat(pipeline.stores()).hasSize(1).allSatisfy((store) -> {
                assertThat(store.backend()).isEqualTo("memory");
                assertThat(store.path()).isNull();
            });
        }
    }

    @Nested
    @SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE, properties = OF_APPLICATION)
    class TheApplicationSays {

        @Test
        void theBackendIsMemory(@Autowired PipelineView pipeline) {
            assertThat(pipeline.stores())
                    .allSatisfy((store) -> assertThat(store.backend()).isEqualTo("memory"));
            assertThat(Path.of("target/test-backend/telemetry.jsonl")).doesNotExist();
        }
    }

    @Nested
    @SpringBootTest(
            classes = Application.class,
            webEnvironment = WebEnvironment.NONE,
            properties = {OF_APPLICATION, "telemetry.backend=none"})
    class TheTestSays {

        @Test
        void theBackendIsThatOne(@Autowired PipelineView pipeline) {
            assertThat(pipeline.stores())
                    .allSatisfy((store) -> assertThat(store.backend()).isEqualTo("none"));
        }
    }
}
