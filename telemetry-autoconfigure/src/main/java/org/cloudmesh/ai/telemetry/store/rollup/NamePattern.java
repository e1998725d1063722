package org.cloudmesh.ai.telemetry.store.rollup;

import org.jspecify.annotations.Nullable;

/**
 * A name, or the beginning of names. Immutable.
 *
 * @param text the name or its beginning
 * @param prefix whether names that go on after the text match too
 */
public record NamePattern(String text, boolean prefix) {

    /** Returns a pattern that only this name matches. */
    public static NamePattern exactly(String name) {
        return new NamePattern(name, false);
    }

    /** Returns a pattern that every name with this beginning matches. */
    public static NamePattern startingWith(String beginning) {
        return new NamePattern(beginning, true);
    }

    /** Returns the pattern that a text stands for: one that ends in {@code *} is a beginning, any other a name. */
    public static NamePattern parse(String text) {
        return text.endsWith("*") ? startingWith(text.substring(0, text.length() - 1)) : exactly(text);
    }

    /** Returns whether the name matches; an absent one does not. */
    public boolean matches(@Nullable String name) {
        return name != null && (this.prefix ? name.startsWith(this.text) : name.equals(this.text));
    }

    @Override
    public String toString() {
        return this.prefix ? this.text + "*" : this.text;
    }
}
