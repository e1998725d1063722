package org.cloudmesh.ai.telemetry.store;

import org.jspecify.annotations.Nullable;

/**
 * What a metric is shown over.
 *
 * @param kind which sort of axis
 * @param metric its name, for {@link Kind#METRIC} alone
 */
public record SeriesAxis(Kind kind, @Nullable String metric) {

    /** Shows when it was. */
    public static final SeriesAxis TIME = new SeriesAxis(Kind.TIME, null);

    /** Shows how long after the first record of its run it was. */
    public static final SeriesAxis ELAPSED = new SeriesAxis(Kind.ELAPSED, null);

    /** Sorts of axes. */
    public enum Kind {
        TIME,
        ELAPSED,
        METRIC
    }

    /** Returns the axis that shows which value another metric of the same record had. */
    public static SeriesAxis of(String metric) {
        return new SeriesAxis(Kind.METRIC, metric);
    }

    /** Returns the axis that is written so: {@code time}, {@code elapsed}, or else the name of a metric. */
    public static SeriesAxis parse(String text) {
        return switch (text) {
            case "time" -> TIME;
            case "elapsed" -> ELAPSED;
            default -> of(text);
        };
    }
}
