package org.cloudmesh.ai.telemetry.autoconfigure;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Keeps telemetry in memory in test contexts, as Boot keeps metrics and traces from being exported there, so that test
 * suites leave no files. The application's own configuration files do not change that; what a test says itself does:
 * properties of its annotations, dynamic ones, those of the command line, system and environment, and configuration
 * files among the test's resources.
 */
class TelemetryContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        return new MemoryBackend();
    }

    /** Equal to every other, so that contexts are still shared between test classes. */
    private record MemoryBackend() implements ContextCustomizer {

        private static final String CONFIGURATION_FILE = "Config resource ";

        // Where Maven, Gradle, IntelliJ IDEA and Eclipse put the resources of tests.
        private static final Pattern TEST_RESOURCES =
                Pattern.compile("/(test-classes|resources/test|test/resources|bin/test)/");

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
            MutablePropertySources sources = context.getEnvironment().getPropertySources();
            UnlessSaid backend = new UnlessSaid(sources);
            for (PropertySource<?> source : sources) {
                if (source.getName().startsWith(CONFIGURATION_FILE) && !isOfTest(source)) {
                    sources.addBefore(source.getName(), backend);
                    return;
                }
            }
            sources.addLast(backend);
        }

        private static boolean isOfTest(PropertySource<?> source) {
            if (!(source instanceof EnumerablePropertySource<?> properties)
                    || properties.getPropertyNames().length == 0) {
                return false;
            }
            Origin origin = OriginLookup.getOrigin(source, properties.getPropertyNames()[0]);
            try {
                return origin instanceof TextResourceOrigin text
                        && text.getResource() != null
                        && TEST_RESOURCES
                                .matcher(text.getResource().getURL().toString())
                                .find();
            } catch (IOException ex) {
                return false;
            }
        }
    }

    /**
     * Says memory unless a source before it names a backend, or a file, which is wanted as much. Looks when it is
     * asked: dynamic properties come after it.
     */
    private static final class UnlessSaid extends PropertySource<MutablePropertySources> {

        private static final String BACKEND = "telemetry.backend";

        private static final Set<String> CHOICES = Set.of("TELEMETRY_BACKEND", "TELEMETRY_PATH", BACKEND + "[0]");

        UnlessSaid(MutablePropertySources sources) {
            super("telemetryTestBackend", sources);
        }

        @Override
        public @Nullable Object getProperty(String name) {
            if (!name.equals(BACKEND)) {
                return null;
            }
            for (PropertySource<?> source : this.source) {
                if (equals(source)) {
                    return "memory";
                }
                if (!ConfigurationPropertySources.isAttachedConfigurationPropertySource(source) && chooses(source)) {
                    return null;
                }
            }
            return null;
        }

        private static boolean chooses(PropertySource<?> source) {
            return source.containsProperty(BACKEND)
                    || source.containsProperty("telemetry.path")
                    || CHOICES.stream().anyMatch(source::containsProperty);
        }
    }
}
