package org.cloudmesh.ai.telemetry.autoconfigure;

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
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the recorder. The bean is created with the other singletons, so before the web server starts, and
 * closed with them, so after the web server has stopped.
 */
@AutoConfiguration
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
                ObjectProvider<TelemetryContextContributor> contributors) {
            TelemetryBuilder builder = builder(properties, environment);
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

        private static TelemetryBuilder builder(TelemetryProperties properties, Environment environment) {
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
                            properties.getContext().getInterval()));
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
