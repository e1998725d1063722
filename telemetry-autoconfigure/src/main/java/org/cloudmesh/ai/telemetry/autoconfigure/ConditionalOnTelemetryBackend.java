package org.cloudmesh.ai.telemetry.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Matches when {@code telemetry.backend} names one of these backends and telemetry is on. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional({OnTelemetryEnabledCondition.class, OnTelemetryBackendCondition.class})
@interface ConditionalOnTelemetryBackend {

    /** Returns the backends' names. */
    String[] value();
}
