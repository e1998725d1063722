package org.cloudmesh.ai.telemetry.store.otlp;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver answered to a call that failed. The exporter's exceptions hold that, but are internal to
 * OpenTelemetry, and their types moved between its versions: so they are asked by the names of their methods.
 *
 * @param code status of HTTP, or its name in gRPC
 * @param text what came with it; may be empty
 */
record ReceiverAnswer(String code, String text) {

    /** Returns the answer; null when none came, or when it is not known. */
    static @Nullable ReceiverAnswer of(@Nullable Throwable failure) {
        Object response = ask(failure, "getResponse");
        Object code = ask(response, "getStatusCode", "statusCode");
        if (code == null) {
            return null;
        }
        Object text = ask(response, "getStatusDescription", "getStatusMessage", "statusMessage");
        return new ReceiverAnswer(code.toString(), text == null ? "" : text.toString());
    }

    /**
     * Returns whether a call with fewer or other records may pass: it was too large, or one of them is bad. The
     * protocol forbids to send such a call once more as it is (OTLP specification, "Failures").
     */
    boolean blamesRecords() {
        return switch (this.code) {
            case "400", "413", "422", "INVALID_ARGUMENT" -> true;
            default -> false;
        };
    }

    /** Returns what to do; empty when nothing is known to help. */
    String help() {
        return switch (this.code) {
            case "401", "403", "UNAUTHENTICATED", "PERMISSION_DENIED" -> ". Check telemetry.otlp.headers";
            case "404", "405", "UNIMPLEMENTED" ->
                ". Check telemetry.otlp.endpoint, which ends in /v1/logs over HTTP, and telemetry.otlp.transport";
            default -> "";
        };
    }

    private static @Nullable Object ask(@Nullable Object target, String... names) {
        if (target == null) {
            return null;
        }
        for (String name : names) {
            Method method = method(target.getClass(), name);
            if (method != null) {
                try {
                    return method.invoke(target);
                } catch (ReflectiveOperationException ex) {
                    // It is a detail of a message.
                    return null;
                }
            }
        }
        return null;
    }

    /** Finds a method where it may be called: on a public type. */
    private static @Nullable Method method(@Nullable Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            Method found = declared(at, name);
            for (Class<?> face : at.getInterfaces()) {
                found = found == null ? declared(face, name) : found;
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Method declared(Class<?> type, String name) {
        try {
            return Modifier.isPublic(type.getModifiers()) ? type.getMethod(name) : null;
        } catch (NoSuchMethodException ex) {
            return null;
        }
    }
}
