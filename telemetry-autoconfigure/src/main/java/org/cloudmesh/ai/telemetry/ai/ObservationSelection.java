package org.cloudmesh.ai.telemetry.ai;

import java.util.List;
import java.util.Set;

/**
 * Chooses observations by the beginning of their names, up to a dot: {@code gen_ai} is {@code gen_ai.client.operation}
 * but not {@code gen_ai_gateway}. Immutable.
 *
 * @param include beginnings of names to record
 * @param exclude beginnings of names not to record; they win
 */
public record ObservationSelection(Set<String> include, Set<String> exclude) {

    /** What is recorded by default: model calls, tools and vector stores. */
    public static final List<String> DEFAULT_INCLUDE = List.of("gen_ai", "spring.ai.tool", "db.vector");

    public ObservationSelection {
        include = Set.copyOf(include);
        exclude = Set.copyOf(exclude);
    }

    /** Returns whether observations of this name are recorded. */
    public boolean chooses(String name) {
        return anyBegins(this.include, name) && !anyBegins(this.exclude, name);
    }

    private static boolean anyBegins(Set<String> prefixes, String name) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)
                    && (name.length() == prefix.length()
                            || prefix.endsWith(".")
                            || name.charAt(prefix.length()) == '.')) {
                return true;
            }
        }
        return false;
    }
}
