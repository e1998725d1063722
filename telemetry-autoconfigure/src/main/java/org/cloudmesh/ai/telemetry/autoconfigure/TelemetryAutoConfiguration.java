package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.Tracked;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ContentPolicy;
import org.cloudmesh.ai.telemetry.ai.TelemetryContentMasker;
import org.cloudmesh.ai.telemetry.pipeline.DefaultTelemetryFactory;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringApplicationShutdownHandlers;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.info.ProjectInfoAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.info.GitProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the recorder, of what makes records of AI calls, and of {@link Tracked}. The recorder is
 * created with the other singletons, so before the web server starts, and closed with them, so after the web server has
 * stopped. Off, no bean is proxied either.
 */
@AutoConfiguration(after = ProjectInfoAutoConfiguration.class)
@EnableConfigurationProperties({TelemetryProperties.class, TelemetryObservationProperties.class})
public final class TelemetryAutoConfiguration {

    @Bean
    @Conditional(OnTelemetryEnabledCondition.class)
    @ConditionalOnMissingBean(Telemetry.class)
    RecordingTelemetry telemetry(
            TelemetryProperties properties,
            Environment environment,
            ObjectProvider<TelemetryBuilderCustomizer> customizers,
            ObjectProvider<TelemetryStore> stores,
            ObjectProvider<StoreFactory> factories,
            ObjectProvider<PipelineListener> listeners,
            ObjectProvider<TelemetryContextContributor> contributors,
            ObjectProvider<BuildProperties> build,
            ObjectProvider<GitProperties> git) {
        Map<String, String> application = application(environment, build.getIfAvailable(), git.getIfAvailable());
        TelemetryBuilder builder = builder(properties, environment, application);
        for (TelemetryBuilderCustomizer customizer : customizers.orderedStream().toList()) {
            customizer.customize(builder);
        }
        RecordingTelemetry telemetry = new DefaultTelemetryFactory(
                        stores.orderedStream().toList(),
                        factories.orderedStream().toList(),
                        listeners.orderedStream().toList(),
                        contributors.orderedStream().toList())
                .assemble(builder.settings());
        // A context whose start ends in System.exit is never closed, so neither are its beans.
        SpringApplicationShutdownHandlers handlers = SpringApplication.getShutdownHandlers();
        telemetry.closeWith(handlers::add, handlers::remove);
        return telemetry;
    }

    // Methods of one class are looked at in their order: there is none yet when telemetry is off.
    @Bean("telemetry")
    @ConditionalOnMissingBean
    Telemetry disabledTelemetry() {
        return Telemetry.disabled();
    }

    @Bean
    @Conditional(OnTelemetryEnabledCondition.class)
    @ConditionalOnBooleanProperty(name = "telemetry.observations.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean
    AiRecorder telemetryAiRecorder(
            Telemetry telemetry,
            TelemetryObservationProperties properties,
            ObjectProvider<TelemetryContextContributor> contributors,
            ObjectProvider<TelemetryContentMasker> masker,
            ResourceLoader resources) {
        ContentPolicy content = properties.isContent()
                ? new ContentPolicy(
                        masker.getIfAvailable(() -> ContentPolicy.UNMASKED), properties.getMaxContentLength())
                : null;
        return new AiRecorder(
                telemetry,
                new PriceRules(resources).table(properties),
                new TelemetryContextContributors(contributors.orderedStream().toList()),
                content);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @Conditional(OnTelemetryEnabledCondition.class)
    static TrackedPostProcessor telemetryTrackedPostProcessor(ObjectProvider<Telemetry> telemetry) {
        return new TrackedPostProcessor(telemetry);
    }

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    @ConditionalOnBean(PipelineView.class)
    TelemetryReader telemetryReader(PipelineView pipeline) {
        return new TelemetryReader(pipeline::source);
    }

    @Bean
    @ConditionalOnBean(PipelineView.class)
    TelemetryStartupReport telemetryStartupReport(PipelineView pipeline) {
        return new TelemetryStartupReport(pipeline);
    }

    private static Map<String, String> application(
            Environment environment, @Nullable BuildProperties build, @Nullable GitProperties git) {
        Map<String, String> application = new LinkedHashMap<>();
        put(application, "app_name", environment.getProperty("spring.application.name"));
        put(application, "app_version", build == null ? null : build.getVersion());
        put(application, "app_commit", git == null ? null : git.getShortCommitId());
        return application;
    }

    private static void put(Map<String, String> fields, String field, @Nullable String value) {
        if (StringUtils.hasText(value)) {
            fields.put(field, value);
        }
    }

    private static TelemetryBuilder builder(
            TelemetryProperties properties, Environment environment, Map<String, String> application) {
        TelemetryBuilder builder = Telemetry.builder();
        properties.applyTo(builder, application);
        String command = StringUtils.hasText(properties.getCommand())
                ? properties.getCommand()
                : environment.getProperty("spring.application.name");
        if (StringUtils.hasText(command)) {
            builder.command(command);
        }
        // Asked for by name, so that a backend needs no properties of its own here.
        for (String backend : properties.getBackend()) {
            String path = environment.getProperty("telemetry." + backend.strip().toLowerCase(Locale.ROOT) + ".path");
            if (StringUtils.hasText(path)) {
                builder.path(backend.strip().toLowerCase(Locale.ROOT), path);
            }
        }
        for (String pattern : properties.getMaskedValues()) {
            builder.maskValue(pattern);
        }
        return builder;
    }
}
