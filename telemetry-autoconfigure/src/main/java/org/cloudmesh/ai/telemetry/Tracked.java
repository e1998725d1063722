package org.cloudmesh.ai.telemetry;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Records the start and the end of a bean's method as {@link Telemetry#track(String, ThrowingSupplier)} does,
 * asynchronous results included. On a type, of all its methods. Spring's proxies apply it, so calls of a bean to itself
 * are not seen.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface Tracked {

    /** Event of the records; by default the name of the method. */
    String value() default "";
}
