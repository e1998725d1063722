package org.cloudmesh.ai.telemetry.pipeline;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.jspecify.annotations.Nullable;

/**
 * Makes valid records out of what callers handed in, once for all stores, so that every store gives the same back. Used
 * by the writer alone.
 */
final class Normaliser {

    private static final String INVALID_METRICS = "invalid_metrics";

    private static final String FURTHER_METRICS = "further_metrics";

    private static final String FURTHER_EVENT = "further_event";

    private static final String FURTHER_STATUS = "further_status";

    private static final String FURTHER_ATTRIBUTES = "further_attributes";

    private static final char REPLACEMENT = '\uFFFD';

    // A program that is over in a moment still tells which machine it ran on.
    private static final Duration FIRST_READING = Duration.ofSeconds(1);

    private final Origin origin;

    private final ContextSource context;

    private final MachineHistory history;

    private final Set<String> maskedKeys;

    private final List<Pattern> maskedValues;

    private final ReasonCounters normalised;

    private final NameLimiter metricNames = new NameLimiter(NameLimiter.MOST);

    private final NameLimiter events = new NameLimiter(NameLimiter.MOST);

    private final NameLimiter statuses = new NameLimiter(NameLimiter.MOST_STATUSES);

    private final NameLimiter keys = new NameLimiter(NameLimiter.MOST_KEYS);

    private final MetricSetLimiter metricSets = new MetricSetLimiter();

    // The numbers of one record's metric names.
    private int[] numbers = new int[16];

    private @Nullable Masking masking;

    private long sequence;

    private boolean waited;

    Normaliser(
            Origin origin,
            ContextSource context,
            MachineHistory history,
            TelemetrySettings settings,
            ReasonCounters normalised) {
        this.origin = origin;
        this.context = context;
        this.history = history;
        this.maskedKeys = settings.maskedKeys();
        this.maskedValues = settings.maskedValues();
        this.normalised = normalised;
        // There always is room for these, which the success rate is made of.
        for (Status status :
                List.of(Status.RECORDED, Status.STARTED, Status.COMPLETED, Status.FAILED, Status.CANCELLED)) {
            this.statuses.admit(status.value());
        }
    }

    /** Returns the record, or null when nothing valid is in the entry. */
    @Nullable
    TelemetryRecord normalise(Entry entry) {
        return entry instanceof Entry.Rich rich ? rich(rich) : single(entry);
    }

    private Masking masking() {
        // Compiles expressions, which an application's start need not wait for.
        Masking masking = this.masking;
        if (masking == null) {
            masking = new Masking(this.maskedKeys, this.maskedValues);
            this.masking = masking;
        }
        return masking;
    }

    private @Nullable TelemetryRecord single(Entry entry) {
        String[] names = {entry.name};
        double[] values = {entry.value};
        if (entry.name == null || entry.name.isBlank()) {
            return null;
        }
        Map<String, String> attributes = new LinkedHashMap<>(0);
        Status status = status(entry.status, attributes);
        Metrics metrics = areFine(names, values) ? new Metrics(names, values) : mended(names, values, attributes);
        return this.history.withDuring(begin(entry, status)
                .attributes(attributes)
                .metrics(metrics.names, metrics.values)
                .build());
    }

    private @Nullable TelemetryRecord rich(Entry.Rich entry) {
        Map<String, String> attributes = attributes(entry.attributes);
        String event = text(entry.event);
        if (event != null && this.events.admit(event) == 0) {
            this.normalised.add(Reasons.TOO_MANY_NAMES, 1);
            attributes.put(FURTHER_EVENT, event);
            event = null;
        }
        @Nullable String[] texts = texts(entry.texts);
        Metrics metrics = areFine(entry.names, entry.values)
                ? new Metrics(entry.names, entry.values)
                : mended(entry.names, entry.values, attributes);
        boolean plain = entry.status == null || entry.status.equals(Status.RECORDED);
        if (plain && event == null && texts.length == 0 && metrics.names.length == 0 && attributes.isEmpty()) {
            return null;
        }
        for (String reason : entry.mended) {
            this.normalised.add(reason, 1);
        }
        Status status = status(entry.status, attributes);
        return this.history.withDuring(TextField.setAll(begin(entry, status), texts)
                .event(event)
                .attributes(attributes)
                .metrics(metrics.names, metrics.values)
                .build());
    }

    /** Returns the texts that are not blank; none when all are. */
    private @Nullable String[] texts(@Nullable String[] given) {
        @Nullable String[] texts = DefaultRecordBuilder.NO_TEXTS;
        for (int i = 0; i < given.length; i++) {
            String text = text(given[i]);
            if (text != null) {
                texts = Arrays.copyOf(texts, given.length);
                texts[i] = masked(text);
            }
        }
        return texts;
    }

    /** Returns whether all metrics can stay as they are, as nearly always. */
    private boolean areFine(@Nullable String[] names, double[] values) {
        int[] numbers = numbers(names.length);
        for (int i = 0; i < names.length; i++) {
            String name = names[i];
            if (!Double.isFinite(values[i]) || name == null) {
                return false;
            }
            int number = this.metricNames.recent(name);
            if (number == 0 && !(name.equals(text(name)) && (number = this.metricNames.admit(name)) > 0)) {
                return false;
            }
            numbers[i] = number;
        }
        return this.metricSets.admit(numbers, names.length);
    }

    private int[] numbers(int count) {
        if (this.numbers.length < count) {
            this.numbers = new int[count];
        }
        return this.numbers;
    }

    /** Returns the metrics that are valid; the others' names go into attributes. */
    private Metrics mended(@Nullable String[] names, double[] values, Map<String, String> attributes) {
        String[] validNames = new String[names.length];
        double[] validValues = new double[names.length];
        int[] numbers = numbers(names.length);
        int valid = 0;
        StringJoiner invalid = new StringJoiner(",");
        StringJoiner further = new StringJoiner(",");
        for (int i = 0; i < names.length; i++) {
            String name = text(names[i]);
            int number;
            if (name == null) {
                this.normalised.add(Reasons.INVALID_NAME, 1);
            } else if (!Double.isFinite(values[i])) {
                this.normalised.add(Reasons.INVALID_VALUE, 1);
                invalid.add(name);
            } else if ((number = this.metricNames.admit(name)) == 0) {
                this.normalised.add(Reasons.TOO_MANY_NAMES, 1);
                further.add(name + "=" + values[i]);
            } else if (name.equals(names[i])
                    || !Arrays.asList(validNames).subList(0, valid).contains(name)) {
                numbers[valid] = number;
                validNames[valid] = name;
                validValues[valid++] = values[i];
            }
        }
        if (!this.metricSets.admit(numbers, valid)) {
            this.normalised.add(Reasons.TOO_MANY_SETS, 1);
            int leading = this.metricSets.leading(numbers, valid);
            for (int i = leading; i < valid; i++) {
                further.add(validNames[i] + "=" + validValues[i]);
            }
            valid = leading;
        }
        put(INVALID_METRICS, invalid, attributes);
        put(FURTHER_METRICS, further, attributes);
        return new Metrics(Arrays.copyOf(validNames, valid), Arrays.copyOf(validValues, valid));
    }

    private static void put(String key, StringJoiner names, Map<String, String> attributes) {
        if (names.length() > 0) {
            attributes.put(key, Objects.requireNonNull(Limits.cut(names.toString(), Limits.ATTRIBUTE)));
        }
    }

    private TelemetryRecord.Builder begin(Entry entry, Status status) {
        return TelemetryRecord.builder(this.origin, ++this.sequence, entry.timestamp)
                .status(status)
                .reading(entry.system == null ? early() : entry.system);
    }

    private @Nullable Map<String, @Nullable Object> early() {
        Duration patience = this.waited ? Duration.ZERO : FIRST_READING;
        this.waited = true;
        return this.context.awaitConstants(patience);
    }

    private Status status(@Nullable Status status, Map<String, String> attributes) {
        if (status == null || this.statuses.recent(status.value()) > 0) {
            return status == null ? Status.RECORDED : status;
        }
        Status valid = Status.of(text(status.value()));
        if (this.statuses.admit(valid.value()) > 0) {
            return valid;
        }
        this.normalised.add(Reasons.TOO_MANY_NAMES, 1);
        attributes.put(FURTHER_STATUS, valid.value());
        return Status.RECORDED;
    }

    private Map<String, String> attributes(@Nullable String[] pairs) {
        Map<String, String> attributes = new LinkedHashMap<>();
        StringJoiner further = new StringJoiner(",");
        for (int i = 0; i < pairs.length; i += 2) {
            String key = text(pairs[i]);
            if (key == null) {
                this.normalised.add(Reasons.INVALID_NAME, 1);
                continue;
            }
            String value;
            if (masking().masks(key)) {
                this.normalised.add(Reasons.MASKED, 1);
                value = Masking.MASK;
            } else {
                value = masked(valid(Objects.requireNonNull(pairs[i + 1])));
            }
            if (this.keys.admit(key) > 0) {
                attributes.put(key, value);
            } else {
                this.normalised.add(Reasons.TOO_MANY_NAMES, 1);
                further.add(key + "=" + value);
            }
        }
        put(FURTHER_ATTRIBUTES, further, attributes);
        return attributes;
    }

    private String masked(String text) {
        String masked = masking().mask(text);
        if (!masked.equals(text)) {
            this.normalised.add(Reasons.MASKED, 1);
        }
        return masked;
    }

    private @Nullable String text(@Nullable String text) {
        return text == null || text.isBlank() ? null : valid(text);
    }

    private String valid(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                return replaceInvalid(text);
            }
        }
        return text;
    }

    private String replaceInvalid(String text) {
        StringBuilder valid = new StringBuilder(text.length());
        boolean changed = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                valid.append(c).append(text.charAt(++i));
            } else if (c == 0 || Character.isSurrogate(c)) {
                valid.append(REPLACEMENT);
                changed = true;
            } else {
                valid.append(c);
            }
        }
        if (changed) {
            this.normalised.add(Reasons.INVALID_TEXT, 1);
        }
        return valid.toString();
    }

    /** Names and values, one for each. */
    private record Metrics(@Nullable String[] names, double[] values) {}
}
