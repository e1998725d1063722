package org.cloudmesh.ai.telemetry.context;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A reading in the making: each probe sees what those before it put, and may correct it. */
final class Reading {

    private final Map<SystemField, @Nullable Object> fields = new EnumMap<>(SystemField.class);

    private Map<SystemField, @Nullable Object> pending = new EnumMap<>(SystemField.class);

    /** Sets a field; a number that is negative, infinite or no number is what libraries say for unknown. */
    void put(SystemField field, @Nullable Object value) {
        boolean unknown =
                value instanceof Number number && !(number.doubleValue() >= 0 && number.doubleValue() < 1.0e300);
        this.pending.put(field, unknown ? null : value);
    }

    @Nullable
    Object get(SystemField field) {
        return this.pending.containsKey(field) ? this.pending.get(field) : this.fields.get(field);
    }

    @Nullable
    Long number(SystemField field) {
        return get(field) instanceof Number number ? number.longValue() : null;
    }

    /** Takes over what was put since the last call, and returns it. */
    Map<SystemField, @Nullable Object> commit() {
        Map<SystemField, @Nullable Object> put = this.pending;
        this.fields.putAll(put);
        this.pending = new EnumMap<>(SystemField.class);
        return put;
    }

    /** Forgets what was put since the last call. */
    void rollback() {
        this.pending.clear();
    }

    /** Takes over what a probe put into an earlier reading. */
    void repeat(Map<SystemField, @Nullable Object> earlier) {
        this.fields.putAll(earlier);
    }

    Map<SystemField, @Nullable Object> fields() {
        return this.fields;
    }
}
