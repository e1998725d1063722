package org.cloudmesh.ai.telemetry.micrometer;

/** Meters that the pipeline has of itself. Each carries the tag {@code backend}, but for {@link #METERS_SKIPPED}. */
public enum PipelineMeter {

    /** Counter of records handed in. */
    ACCEPTED("accepted"),

    /** Counter of records that the store keeps. */
    WRITTEN("written"),

    /** Counter of records lost; tag {@code reason}. */
    DROPPED("dropped"),

    /** Counter of records mended; tag {@code reason}. */
    NORMALISED("normalised"),

    /** Gauge of records on their way. */
    QUEUED("queued"),

    /** Gauge that is 1 while records do not reach the store as they should, else 0. */
    DEGRADED("degraded"),

    /** Timer of batches that the store kept. */
    WRITE("write"),

    /** Gauge of records in the local file that a remote store does not have yet. */
    FORWARD_BEHIND("forward.behind"),

    /** Counter of records that a remote store acknowledged. */
    FORWARD_SENT("forward.sent"),

    /** Counter of attempts to send that failed. */
    FORWARD_FAILED("forward.failed"),

    /** Gauge of the age of the oldest record that a remote store does not have yet, in seconds. */
    FORWARD_LAG("forward.lag"),

    /** Counter of values that could not become a meter; tag {@code reason}: negative, collision or limit. */
    METERS_SKIPPED("meters.skipped");

    private final String meterName;

    PipelineMeter(String suffix) {
        this.meterName = "telemetry.pipeline." + suffix;
    }

    /** Returns the meter's name, for example {@code telemetry.pipeline.accepted}. */
    public String meterName() {
        return this.meterName;
    }
}
