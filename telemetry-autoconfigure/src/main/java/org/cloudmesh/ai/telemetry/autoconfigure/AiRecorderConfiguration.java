package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.cloudmesh.ai.telemetry.TelemetryContextContributors;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.ContentPolicy;
import org.cloudmesh.ai.telemetry.ai.Price;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.ai.TelemetryContentMasker;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the records of observations and of LangChain4j share. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TelemetryObservationProperties.class)
class AiRecorderConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AiRecorder telemetryAiRecorder(
            Telemetry telemetry,
            TelemetryObservationProperties properties,
            ObjectProvider<TelemetryContextContributor> contributors,
            ObjectProvider<TelemetryContentMasker> masker) {
        PriceTable prices = new PriceTable(properties.getPrices().stream()
                .map((price) -> new Price(
                        price.getModel(),
                        price.getInput(),
                        price.getOutput(),
                        price.getCachedInput(),
                        price.getCacheCreationInput(),
                        price.getCurrency()))
                .toList());
        ContentPolicy content = properties.isContent()
                ? new ContentPolicy(
                        masker.getIfAvailable(() -> ContentPolicy.UNMASKED), properties.getMaxContentLength())
                : null;
        return new AiRecorder(
                telemetry,
                prices,
                new TelemetryContextContributors(contributors.orderedStream().toList()),
                content);
    }
}
