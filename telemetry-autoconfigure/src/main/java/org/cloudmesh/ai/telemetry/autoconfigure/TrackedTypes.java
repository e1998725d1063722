package org.cloudmesh.ai.telemetry.autoconfigure;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import org.cloudmesh.ai.telemetry.Tracked;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Tells whether {@link Tracked} stands anywhere in a type's hierarchy. Each class is looked at once: to search the
 * hierarchy of each method of each bean would cost an application's start more than all else of ours. Thread-safe.
 */
final class TrackedTypes {

    private final ClassValue<Boolean> bearers = new ClassValue<>() {

        @Override
        protected Boolean computeValue(Class<?> type) {
            return bears(type);
        }
    };

    private final ClassValue<Boolean> annotations = new ClassValue<>() {

        @Override
        protected Boolean computeValue(Class<?> type) {
            return type == Tracked.class || AnnotatedElementUtils.hasAnnotation(type, Tracked.class);
        }
    };

    boolean mayBear(Class<?> type) {
        return this.bearers.get(type);
    }

    private boolean bears(Class<?> type) {
        if (isForeign(type.getName())) {
            return false;
        }
        if (isAnnotated(type)) {
            return true;
        }
        for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
            if (isAnnotated(method)) {
                return true;
            }
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (this.bearers.get(parent)) {
                return true;
            }
        }
        Class<?> parent = type.getSuperclass();
        return parent != null && this.bearers.get(parent);
    }

    /** Most beans are Spring's own; the samples are applications that only live in its package. */
    private static boolean isForeign(String name) {
        return name.startsWith("java.")
                || (name.startsWith("org.springframework.") && !name.startsWith("org.springframework.samples."));
    }

    private boolean isAnnotated(AnnotatedElement element) {
        for (Annotation annotation : element.getDeclaredAnnotations()) {
            if (this.annotations.get(annotation.annotationType())) {
                return true;
            }
        }
        return false;
    }
}
