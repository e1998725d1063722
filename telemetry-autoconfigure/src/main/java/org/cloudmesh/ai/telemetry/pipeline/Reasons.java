package org.cloudmesh.ai.telemetry.pipeline;

import java.util.List;

/** Reasons by which lost and mended records are counted. Part of the product's face: meters and health show them. */
public final class Reasons {

    /** Lost: the queue had no room. */
    public static final String QUEUE_FULL = "queue-full";

    /** Lost: nothing valid was in the record. */
    public static final String INVALID = "invalid";

    /** Lost: emitted after the close, or not written within its time limit. */
    public static final String SHUTDOWN = "shutdown";

    /** Lost: the store refused this record while it kept others; it is in the dead-letter file. */
    public static final String REJECTED = "rejected";

    /** Lost: the store can never work, for example a backend that does not exist. */
    public static final String STORE_FAILED = "store-failed";

    /** Lost: emitted by the writer's own work, such as a log appender or an observation of its SQL. */
    public static final String REENTRANT = "reentrant";

    /** Lost on the way to a remote store: retention removed it from the local file before it was sent. */
    public static final String NOT_FORWARDED = "not-forwarded";

    /** Mended: a metric without a name was left out. */
    public static final String INVALID_NAME = "invalid-name";

    /** Mended: a value that is no finite number was left out. */
    public static final String INVALID_VALUE = "invalid-value";

    /** Mended: NUL or half a surrogate pair in a text was replaced. */
    public static final String INVALID_TEXT = "invalid-text";

    /** Mended: a text was cut, or metrics or attributes beyond the limit were left out. */
    public static final String OVERSIZE = "oversize";

    /** Mended: a time outside 1970 to 2100 was replaced by the time of the emit. */
    public static final String INVALID_TIME = "invalid-time";

    /** Mended: the value of a secret attribute was masked. */
    public static final String MASKED = "masked";

    /**
     * Mended: a metric, an event, a status or an attribute's key beyond so many distinct ones went into the attribute
     * {@code further_metrics}, {@code further_event}, {@code further_status} or {@code further_attributes}.
     */
    public static final String TOO_MANY_NAMES = "too-many-names";

    /**
     * Mended: the record's metrics would have made one more distinct set of names than there may be; all but the first
     * ones went into the attribute {@code further_metrics}.
     */
    public static final String TOO_MANY_SETS = "too-many-sets";

    /** Mended: a context contributor failed, so what it would have said is missing. */
    public static final String CONTRIBUTOR_FAILED = "contributor-failed";

    /** All reasons by which records are lost. */
    public static final List<String> DROPPED =
            List.of(QUEUE_FULL, INVALID, SHUTDOWN, REJECTED, STORE_FAILED, REENTRANT, NOT_FORWARDED);

    /** All reasons by which records are mended. */
    public static final List<String> NORMALISED = List.of(
            INVALID_NAME,
            INVALID_VALUE,
            INVALID_TEXT,
            OVERSIZE,
            INVALID_TIME,
            MASKED,
            TOO_MANY_NAMES,
            TOO_MANY_SETS,
            CONTRIBUTOR_FAILED);

    private Reasons() {}
}
