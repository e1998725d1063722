package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Looks for a backend in {@code telemetry.backend}. */
class OnTelemetryBackendCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        List<String> named = Binder.get(context.getEnvironment())
                .bind("telemetry.backend", Bindable.listOf(String.class))
                .orElse(List.of());
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnTelemetryBackend.class);
        Map<String, Object> attributes =
                metadata.getAnnotationAttributes(ConditionalOnTelemetryBackend.class.getName());
        if (attributes != null) {
            for (String backend : (String[]) Objects.requireNonNull(attributes.get("value"))) {
                if (named.stream()
                        .anyMatch(
                                (name) -> name.strip().toLowerCase(Locale.ROOT).equals(backend))) {
                    return ConditionOutcome.match(message.found("backend").items(backend));
                }
            }
        }
        return ConditionOutcome.noMatch(message.because("telemetry.backend names none of them"));
    }
}
