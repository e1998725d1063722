package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.ai.StreamTimingAdvisor;
import org.cloudmesh.ai.telemetry.ai.TelemetryObservationHandler;
import org.springframework.ai.chat.client.ChatClientBuilderCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the times within the streams of Spring AI's chat clients. */
@AutoConfiguration(after = TelemetryObservationAutoConfiguration.class)
@ConditionalOnClass(ChatClientBuilderCustomizer.class)
@ConditionalOnBean(TelemetryObservationHandler.class)
public final class TelemetryChatClientAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    StreamTimingAdvisor telemetryStreamTimingAdvisor() {
        return new StreamTimingAdvisor();
    }

    @Bean
    @ConditionalOnMissingBean(name = "telemetryChatClientBuilderCustomizer")
    ChatClientBuilderCustomizer telemetryChatClientBuilderCustomizer(StreamTimingAdvisor advisor) {
        return (builder) -> builder.defaultAdvisors(advisor);
    }
}
