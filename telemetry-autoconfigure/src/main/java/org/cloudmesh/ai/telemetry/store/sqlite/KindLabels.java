package org.cloudmesh.ai.telemetry.store.sqlite;

import java.util.Map;
import org.cloudmesh.ai.telemetry.store.NamePattern;
import org.cloudmesh.ai.telemetry.store.Summary;
import org.cloudmesh.ai.telemetry.store.sqlite.Kind.AttributeSet;
import org.jspecify.annotations.Nullable;

/** What the records of a kind agree in, as filters look at it. */
record KindLabels(Kind kind) implements Summary.Kind {

    @Override
    public String command() {
        return this.kind.origin().command();
    }

    @Override
    public @Nullable String run() {
        return this.kind.origin().run();
    }

    @Override
    public String status() {
        return this.kind.status().value();
    }

    @Override
    public @Nullable String event() {
        return this.kind.event();
    }

    @Override
    public boolean has(NamePattern metric) {
        for (String name : this.kind.shape().names()) {
            if (metric.matches(name)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean agreesIn(String attribute) {
        AttributeSet set = this.kind.attributes();
        return set == null || set.fixed().containsKey(attribute) || !set.mayVary(attribute);
    }

    @Override
    public @Nullable String attribute(String key) {
        return attributes().get(key);
    }

    @Override
    public Map<String, String> attributes() {
        AttributeSet set = this.kind.attributes();
        return set == null ? Map.of() : set.fixed();
    }
}
