package org.cloudmesh.ai.telemetry.ai;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads properties of objects of libraries that are not needed to compile: of maps by key, of others by accessors
 * {@code name()} or {@code getName()}. An accessor is looked up on the object's public supertypes: the class itself may
 * not be public. A property that an object does not have is null. Thread-safe.
 */
final class ObjectProperties {

    private static final ClassValue<Map<String, Optional<Method>>> ACCESSORS = new ClassValue<>() {

        @Override
        protected Map<String, Optional<Method>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private ObjectProperties() {}

    /** Returns the number at the first of these paths that leads to one. */
    static @Nullable Long number(@Nullable Object owner, String... paths) {
        for (String path : paths) {
            if (get(owner, path) instanceof Number number) {
                return number.longValue();
            }
        }
        return null;
    }

    /** Returns what stands at a path of names with dots between them. */
    static @Nullable Object get(@Nullable Object owner, String path) {
        Object value = owner;
        for (String name : path.split("\\.")) {
            value = value == null ? null : property(value, name);
        }
        return value;
    }

    private static @Nullable Object property(Object owner, String name) {
        if (owner instanceof Map<?, ?> map) {
            return map.get(name);
        }
        Method accessor = ACCESSORS
                .get(owner.getClass())
                .computeIfAbsent(name, (key) -> accessor(owner.getClass(), key))
                .orElse(null);
        if (accessor == null) {
            return null;
        }
        try {
            return unwrap(accessor.invoke(owner));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError ex) {
            return null;
        }
    }

    private static @Nullable Object unwrap(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.orElse(null);
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? optional.getAsInt() : null;
        }
        return value;
    }

    private static Optional<Method> accessor(Class<?> type, String name) {
        Method found = find(type, name);
        return Optional.ofNullable(
                found != null
                        ? found
                        : find(type, "get" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1)));
    }

    private static @Nullable Method find(@Nullable Class<?> type, String name) {
        if (type == null) {
            return null;
        }
        if (Modifier.isPublic(type.getModifiers())) {
            try {
                Method method = type.getMethod(name);
                if (Modifier.isPublic(method.getDeclaringClass().getModifiers())
                        && method.getReturnType() != void.class) {
                    return method;
                }
            } catch (NoSuchMethodException | LinkageError ex) {
                // One of the supertypes may declare it in public.
            }
        }
        for (Class<?> implemented : type.getInterfaces()) {
            Method method = find(implemented, name);
            if (method != null) {
                return method;
            }
        }
        return find(type.getSuperclass(), name);
    }
}
