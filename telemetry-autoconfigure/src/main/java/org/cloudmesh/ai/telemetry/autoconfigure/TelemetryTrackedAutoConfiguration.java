package org.cloudmesh.ai.telemetry.autoconfigure;

import org.aopalliance.aop.Advice;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracked;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Role;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Auto-configuration of {@link Tracked}. Needs no AspectJ: Spring's own post-processor applies the advisor. Off, no bean is
 * proxied for its sake.
 */
@AutoConfiguration(after = TelemetryAutoConfiguration.class)
@Conditional(OnTelemetryEnabledCondition.class)
@ConditionalOnClass(Advice.class)
@ConditionalOnBean(Telemetry.class)
@Import(TelemetryTrackedAutoConfiguration.AutoProxyCreatorRegistrar.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
public final class TelemetryTrackedAutoConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean
    static TrackedAdvisor trackedAdvisor(ObjectProvider<Telemetry> telemetry) {
        return new TrackedAdvisor(telemetry);
    }

    static class AutoProxyCreatorRegistrar implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            AopConfigUtils.registerAutoProxyCreatorIfNecessary(registry);
        }
    }
}
