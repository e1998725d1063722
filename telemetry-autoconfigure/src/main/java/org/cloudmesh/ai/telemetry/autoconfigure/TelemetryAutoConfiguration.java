package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryBuilder;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryProperties.File;
import org.cloudmesh.ai.telemetry.pipeline.PipelineListener;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.RecordingTelemetry;
import org.cloudmesh.ai.telemetry.pipeline.TelemetryAssembly;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.info.ProjectInfoAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.info.GitProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the recorder. The bean is created with the other singletons, so before the web server starts, and
 * closed with them, so after the web server has stopped.
 */
@AutoConfiguration(after = ProjectInfoAutoConfiguration.class)
@EnableConfigurationProperties(TelemetryProperties.class)
public final class TelemetryAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnTelemetryEnabledCondition.class)
    static class Enabled {

        @Bean
        @ConditionalOnMissingBean(Telemetry.class)
        RecordingTelemetry telemetry(
                TelemetryProperties properties,
                Environment environment,
                ObjectProvider<TelemetryBuilderCustomizer> customizers,
                ObjectProvider<TelemetryStore> stores,
                ObjectProvider<PipelineListener> listeners,
                ObjectProvider<TelemetryContextContributor> contributors,
                ObjectProvider<BuildProperties> build,
                ObjectProvider<GitProperties> git) {
            Map<String, String> application = application(environment, build.getIfAvailable(), git.getIfAvailable());
            TelemetryBuilder builder = builder(properties, environment, application);
            customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
            return new TelemetryAssembly(
                            stores.orderedStream().toList(),
                            listeners.orderedStream().toList(),
                            contributors.orderedStream().toList())
                    .assemble(builder.settings());
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean(PipelineView.class)
        TelemetryReader telemetryReader(PipelineView pipeline) {
            return new TelemetryReader(pipeline::source);
        }

        private static Map<String, String> application(
                Environment environment, @Nullable BuildProperties build, @Nullable GitProperties git) {
            Map<String, String> application = new LinkedHashMap<>();
            PropertyMapper map = PropertyMapper.get();
            map.from(environment.getProperty("spring.application.name"))
                    .whenHasText()
                    .to((name) -> application.put("app_name", name));
            map.from(build == null ? null : build.getVersion())
                    .whenHasText()
                    .to((version) -> application.put("app_version", version));
            map.from(git == null ? null : git.getShortCommitId())
                    .whenHasText()
                    .to((commit) -> application.put("app_commit", commit));
            return application;
        }

        private static TelemetryBuilder builder(
                TelemetryProperties properties, Environment environment, Map<String, String> application) {
            TelemetryBuilder builder = Telemetry.builder()
                    .backend(properties.getBackend().toArray(String[]::new))
                    .path(properties.getPath())
                    .run(properties.getRun())
                    .failFast(properties.isFailFast())
                    .durability(properties.getDurability())
                    .closeTimeout(properties.getCloseTimeout())
                    .queue(queue(properties.getQueue()))
                    .retention(new TelemetrySettings.Retention(
                            properties.getRetention().getMaxAge(),
                            properties.getRetention().getMaxSize().toBytes()))
                    .context(new TelemetrySettings.Context(
                            properties.getContext().isEnabled(),
                            properties.getContext().getInterval(),
                            application));
            String command = StringUtils.hasText(properties.getCommand())
                    ? properties.getCommand()
                    : environment.getProperty("spring.application.name");
            PropertyMapper map = PropertyMapper.get();
            map.from(command).whenHasText().to(builder::command);
            Map<String, File> files = Map.of(
                    "sqlite", properties.getSqlite(),
                    "jsonl", properties.getJsonl(),
                    "text", properties.getText());
            files.forEach(
                    (backend, file) -> map.from(file::getPath).whenHasText().to((path) -> builder.path(backend, path)));
            properties.getMaskedKeys().forEach(builder::maskKey);
            return builder;
        }

        private static TelemetrySettings.Queue queue(TelemetryProperties.Queue queue) {
            return new TelemetrySettings.Queue(
                    queue.getCapacity(),
                    queue.getMaxBytes() != null
                            ? queue.getMaxBytes().toBytes()
                            : TelemetrySettings.Queue.defaults().maxBytes(),
                    queue.getWhenFull(),
                    queue.getBlockTimeout());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnTelemetryDisabledCondition.class)
    static class Disabled {

        @Bean
        @ConditionalOnMissingBean
        Telemetry telemetry() {
            return Telemetry.disabled();
        }
    }
}
