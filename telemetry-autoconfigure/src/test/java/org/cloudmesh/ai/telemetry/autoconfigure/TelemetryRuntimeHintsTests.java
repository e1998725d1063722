package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.models.messages.RawMessageStreamEvent;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.openai.models.completions.CompletionUsage;
import dev.langchain4j.model.openai.OpenAiTokenUsage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.javapoet.ClassName;
import org.springframework.test.context.support.TestPropertySourceUtils;

/** What a native image needs to know, and what the start-up does ahead of time. */
class TelemetryRuntimeHintsTests {

    @Test
    void whatIsReadByNameIsThere() throws IOException {
        RuntimeHints hints = new RuntimeHints();
        List<RuntimeHintsRegistrar> registrars = SpringFactoriesLoader.forResourceLocation(
                        "META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class);
        registrars.stream()
                .filter(TelemetryRuntimeHints.class::isInstance)
                .forEach(
                        (registrar) -> registrar.registerHints(hints, getClass().getClassLoader()));
        PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
        for (String pattern : List.of("actuate/dashboard/*.*", "store/**/*.sql")) {
            Resource[] found = resources.getResources("classpath*:org/cloudmesh/ai/telemetry/" + pattern);
            assertThat(found).isNotEmpty();
            for (Resource resource : found) {
                String path = resource.getURL().toString();
                assertThat(RuntimeHintsPredicates.resource().forResource(path.substring(path.indexOf("org/cloudmesh"))))
                        .accepts(hints);
            }
        }
        for (Class<?> type : List.of(
                CompletionUsage.class,
                CompletionUsage.PromptTokensDetails.class,
                RawMessageStreamEvent.class,
                GenerateContentResponseUsageMetadata.class,
                OpenAiTokenUsage.class)) {
            assertThat(RuntimeHintsPredicates.reflection().onType(type)).accepts(hints);
        }
    }

    @Test
    void theContextIsMadeAheadOfTime() {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("org.example", "Application")), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            TestPropertySourceUtils.addInlinedPropertiesToEnvironment(context, "telemetry.backend=none");
            context.register(
                    TelemetryAutoConfiguration.class,
                    TelemetryObservationAutoConfiguration.class,
                    TelemetryChatClientAutoConfiguration.class,
                    TelemetryToolAutoConfiguration.class,
                    TelemetryLangChain4jAutoConfiguration.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
        }
        assertThat(files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE))
                .isNotEmpty()
                .anySatisfy((path, source) -> assertThat(path).contains("TelemetryAutoConfiguration"));
    }
}
