package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.TelemetryContextContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Auto-configuration of the authenticated principal in each record, only when asked for. */
@AutoConfiguration(before = TelemetryAutoConfiguration.class)
@ConditionalOnClass(SecurityContextHolder.class)
@ConditionalOnBooleanProperty("telemetry.context.principal")
@Conditional(OnTelemetryEnabledCondition.class)
public final class TelemetryPrincipalAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "telemetryPrincipalContributor")
    TelemetryContextContributor telemetryPrincipalContributor() {
        return (attributes) -> {
            Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
            if (authentication != null
                    && authentication.isAuthenticated()
                    && !(authentication instanceof AnonymousAuthenticationToken)) {
                attributes.accept("enduser.id", authentication.getName());
            }
        };
    }
}
