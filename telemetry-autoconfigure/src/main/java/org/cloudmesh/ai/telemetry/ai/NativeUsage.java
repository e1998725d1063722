package org.cloudmesh.ai.telemetry.ai;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a provider's own usage object knows beyond the common fields. The objects are of many libraries, none of which
 * is needed to compile; a field that an object does not have is unknown.
 */
final class NativeUsage {

    private static final String[] CACHE_READ = {
        "promptTokensDetails.cachedTokens",
        "inputTokensDetails.cachedTokens",
        "cacheReadInputTokens",
        "cachedContentTokenCount"
    };

    private static final String[] CACHE_CREATION = {"cacheCreationInputTokens", "cacheWriteInputTokens"};

    private static final String[] REASONING = {
        "completionTokensDetails.reasoningTokens", "outputTokensDetails.reasoningTokens", "thoughtsTokenCount"
    };

    private NativeUsage() {}

    static @Nullable Long cacheRead(@Nullable Object usage) {
        return first(usage, CACHE_READ);
    }

    static @Nullable Long cacheCreation(@Nullable Object usage) {
        return first(usage, CACHE_CREATION);
    }

    static @Nullable Long reasoning(@Nullable Object usage) {
        return first(usage, REASONING);
    }

    private static @Nullable Long first(@Nullable Object usage, String[] paths) {
        for (String path : paths) {
            Object value = usage;
            for (String name : path.split("\\.")) {
                value = value == null ? null : property(value, name);
            }
            if (value instanceof Number number) {
                return number.longValue();
            }
        }
        return null;
    }

    private static @Nullable Object property(Object owner, String name) {
        if (owner instanceof Map<?, ?> map) {
            return map.get(name);
        }
        Object value = call(owner, name);
        if (value == null) {
            value = call(owner, "get" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
        }
        return value instanceof Optional<?> optional ? optional.orElse(null) : value;
    }

    private static @Nullable Object call(Object owner, String method) {
        try {
            Method found = owner.getClass().getMethod(method);
            return found.invoke(owner);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError ex) {
            return null;
        }
    }
}
