package org.cloudmesh.ai.telemetry.actuate;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.GroupOrder;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.SeriesAxis;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a request, and says what is wrong with them. */
final class Parameters {

    /** What each parameter that chooses records, its time aside, adds to the filter. */
    private static final Map<String, BiConsumer<RecordFilter.Builder, Parameters>> CONDITIONS = new LinkedHashMap<>();

    static {
        CONDITIONS.put("command", (filter, request) -> filter.command(request.text("command")));
        CONDITIONS.put("run", (filter, request) -> filter.run(request.text("run")));
        CONDITIONS.put("node", (filter, request) -> filter.node(request.text("node")));
        CONDITIONS.put("status", (filter, request) -> filter.status(request.status()));
        CONDITIONS.put("event", (filter, request) -> filter.event(request.pattern("event")));
        CONDITIONS.put("metric", (filter, request) -> filter.metric(request.pattern("metric")));
        CONDITIONS.put("trace", (filter, request) -> filter.trace(request.text("trace")));
        CONDITIONS.put("text", (filter, request) -> filter.text(request.part("text")));
        CONDITIONS.put(
                "attribute",
                (filter, request) -> request.all("attribute").forEach((text) -> addAttribute(text, filter)));
        CONDITIONS.put(
                "system", (filter, request) -> request.all("system").forEach((text) -> filter.system(condition(text))));
    }

    /** Says which store answers. */
    static final String STORE = "store";

    /** Those that say which times. */
    static final Set<String> RANGE = Set.of("from", "to", "zone");

    private static final int LONGEST_TEXT = 1000;

    private static final String TIMES = "accepted are an instant such as 2026-11-24T22:20:00Z, years 0000 to 9999, "
            + "or a time back from now such as -90s, -15m, -2h, -7d";

    private static final String ATTRIBUTE = "attribute.";

    private static final String SIDES =
            "accepted are the name of a run, a range such as -14d..-7d, and attribute.KEY:VALUE";

    private static final String DIMENSIONS = "accepted are " + Dimension.FORMS;

    private static final Pattern BACK = Pattern.compile("-(\\d{1,9})([smhd])");

    private static final Pattern CONDITION =
            Pattern.compile("([A-Za-z0-9_.]{1,100})(<=|>=|<|>|=)([-+]?[0-9.]{1,40}(?:[eE][-+]?\\d{1,3})?)");

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private final Map<String, List<String>> values;

    private final Instant now;

    /**
     * Takes parameters as an endpoint's operation is given them.
     *
     * @param values text, or a collection or array of texts where the parameter was repeated
     * @param clock that times back from now are counted from
     */
    static Parameters of(Map<String, @Nullable Object> values, Clock clock) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            List<String> all = texts(value);
            if (!all.isEmpty()) {
                refuseNul(name, all);
                texts.put(name, all);
            }
        });
        return new Parameters(texts, clock.instant());
    }

    Parameters(Map<String, List<String>> values, Instant now) {
        this.values = values;
        this.now = now;
    }

    private static List<String> texts(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        Collection<?> all = value instanceof Collection<?> collection
                ? collection
                : value instanceof Object[] array ? Arrays.asList(array) : List.of(value);
        // A parameter without "=" arrives as null in a list.
        return all.stream()
                .map((text) -> Objects.requireNonNullElse(text, "").toString())
                .toList();
    }

    private static void refuseNul(String name, List<String> texts) {
        for (String text : texts) {
            if (text.indexOf(0) >= 0) {
                // No record has it, and PostgreSQL takes no such text.
                throw Problem.badParameter(
                        name, text.replace('\0', '?'), "accepted are texts without the character NUL");
            }
        }
    }

    /** Returns the names of those that choose records. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(CONDITIONS.keySet());
        names.addAll(RANGE);
        return names;
    }

    List<String> all(String name) {
        return this.values.getOrDefault(name, List.of());
    }

    @Nullable
    String text(String name) {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw Problem.badParameter(name, String.join("' and '", all), "accepted is one value");
        }
        return all.isEmpty() ? null : all.get(0);
    }

    String required(String name, String accepted) {
        String text = text(name);
        if (text == null || text.isEmpty()) {
            throw Problem.missingParameter(name, accepted);
        }
        return text;
    }

    int number(String name, int standard, int greatest) {
        String text = text(name);
        if (text == null) {
            return standard;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= greatest) {
                return number;
            }
        } catch (NumberFormatException ex) {
            // Said below, as for a number out of range.
        }
        throw Problem.badParameter(name, text, "accepted are whole numbers from 1 to " + greatest);
    }

    /** Returns the choices that the request makes, word for word. */
    Map<String, List<String>> filters() {
        Set<String> names = names();
        names.add(STORE);
        Map<String, List<String>> filters = new TreeMap<>(this.values);
        filters.keySet().retainAll(names);
        return filters;
    }

    /** Returns the first moment that is yet to come: records of this very microsecond are there already. */
    Instant future() {
        return this.now.truncatedTo(ChronoUnit.MICROS).plus(1, ChronoUnit.MICROS);
    }

    RecordFilter filter() {
        RecordFilter.Builder filter = RecordFilter.builder();
        CONDITIONS.values().forEach((condition) -> condition.accept(filter, this));
        ZoneId zone = zone();
        String text = text("from");
        CalendarRange calendar = text == null ? null : CalendarRange.of(text);
        Instant from = calendar == null ? time("from", TIMES + CalendarRange.ACCEPTED) : calendar.from(this.now, zone);
        Instant to = time("to", TIMES);
        if (from != null && to != null && from.isAfter(to)) {
            throw Problem.badParameter(
                    "from", String.valueOf(text), "accepted is a time that is not after 'to', which is " + to);
        }
        if (to == null && calendar != null) {
            to = calendar.to(this.now, zone);
        }
        return (to == null ? filter.upTo(future()) : filter.to(to)).from(from).build();
    }

    @Nullable
    Dimension dimension() {
        String by = text("by");
        if (by == null) {
            return null;
        }
        Dimension dimension = Dimension.parse(by);
        if (dimension == null) {
            throw Problem.badParameter("by", by, DIMENSIONS);
        }
        return dimension;
    }

    GroupOrder order() {
        String text = text("order");
        GroupOrder order = text == null ? GroupOrder.COUNT : GroupOrder.parse(text);
        if (order == null) {
            throw Problem.badParameter("order", String.valueOf(text), "accepted are " + GroupOrder.FORMS);
        }
        return order;
    }

    SeriesAxis axis() {
        String text = text("axis");
        if (text != null && text.isEmpty()) {
            throw Problem.badParameter("axis", text, "accepted are time, elapsed and the name of a metric");
        }
        SeriesAxis axis = text == null ? SeriesAxis.TIME : SeriesAxis.parse(text);
        String bucket = text("bucket");
        if (bucket == null) {
            return axis;
        }
        if (!axis.isTime()) {
            throw Problem.badParameter("bucket", bucket, "accepted is none beside an axis other than time");
        }
        return switch (bucket) {
            case "hour" -> SeriesAxis.hours(zone());
            case "day" -> SeriesAxis.days(zone());
            default -> throw Problem.badParameter("bucket", bucket, "accepted are hour and day");
        };
    }

    /**
     * Returns one side of a comparison: {@code attribute.KEY:VALUE}, a range {@code FROM..TO}, or else the name of a
     * run.
     */
    ComparedSide side(String name) {
        String text = required(name, SIDES);
        RecordFilter filter = filter();
        int dots = text.indexOf("..");
        if (dots >= 0) {
            Instant from = dots == 0 ? null : moment(text.substring(0, dots));
            Instant to = dots + 2 == text.length() ? null : moment(text.substring(dots + 2));
            if ((from != null || dots == 0)
                    && (to != null || dots + 2 == text.length())
                    && (from != null || to != null)) {
                return new ComparedSide(text, range(name, text, filter, from, to), null);
            }
        }
        String key = text.startsWith(ATTRIBUTE) ? text.substring(ATTRIBUTE.length()) : "";
        if (key.indexOf(':') > 0) {
            RecordFilter.Builder chosen = filter.toBuilder();
            addAttribute(key, chosen);
            RecordFilter.Builder known = RecordFilter.builder();
            addAttribute(key, known);
            return new ComparedSide(text, chosen.build(), known.build());
        }
        String run = text("run");
        if (run != null) {
            throw Problem.badParameter("run", run, "accepted in its place are 'base' and 'candidate'");
        }
        return new ComparedSide(text, filter.withRun(text), RecordFilter.ALL.withRun(text));
    }

    private RecordFilter range(
            String name, String text, RecordFilter filter, @Nullable Instant from, @Nullable Instant to) {
        for (String other : List.of("from", "to")) {
            if (text(other) != null) {
                throw Problem.badParameter(
                        other, String.valueOf(text(other)), "it is not accepted beside a range of '" + name + "'");
            }
        }
        if (from != null && to != null && from.isAfter(to)) {
            throw Problem.badParameter(name, text, "accepted is a range that does not end before it begins");
        }
        RecordFilter.Builder range = filter.toBuilder().from(from);
        return (to == null ? range.upTo(future()) : range.to(to)).build();
    }

    /** Returns the moment that a text means, the beginning of a day or month included; null when it means none. */
    private @Nullable Instant moment(String text) {
        CalendarRange calendar = CalendarRange.of(text);
        return calendar == null ? parsed(text) : calendar.from(this.now, zone());
    }

    private @Nullable String status() {
        String status = text("status");
        if (status == null) {
            return null;
        }
        if (status.isBlank()) {
            throw Problem.badParameter("status", status, "accepted is a status such as completed");
        }
        return Status.of(status).value();
    }

    private @Nullable NamePattern pattern(String name) {
        String text = text(name);
        return text == null ? null : NamePattern.parse(text);
    }

    private @Nullable String part(String name) {
        String text = text(name);
        if (text != null && (text.isEmpty() || text.length() > LONGEST_TEXT)) {
            throw Problem.badParameter(name, text, "accepted are 1 to " + LONGEST_TEXT + " characters");
        }
        return text;
    }

    private ZoneId zone() {
        String text = text("zone");
        try {
            return text == null ? ZoneId.systemDefault() : ZoneId.of(text);
        } catch (DateTimeException ex) {
            throw Problem.badParameter("zone", String.valueOf(text), "accepted is a time zone such as Europe/Berlin");
        }
    }

    private @Nullable Instant time(String name, String accepted) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        Instant time = parsed(text);
        if (time == null) {
            throw Problem.badParameter(name, text, accepted);
        }
        return time;
    }

    private @Nullable Instant parsed(String text) {
        Matcher back = BACK.matcher(text);
        try {
            Instant time = back.matches() ? this.now.minus(duration(back)) : Instant.parse(text);
            return time.isBefore(FIRST) || time.isAfter(LAST) ? null : time;
        } catch (DateTimeException | ArithmeticException ex) {
            return null;
        }
    }

    private static Duration duration(Matcher back) {
        long amount = Long.parseLong(back.group(1));
        return switch (back.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.of(amount, ChronoUnit.DAYS);
        };
    }

    private static void addAttribute(String text, RecordFilter.Builder filter) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw Problem.badParameter("attribute", text, "accepted is KEY:VALUE");
        }
        filter.attribute(text.substring(0, colon), NamePattern.parse(text.substring(colon + 1)));
    }

    private static RecordFilter.SystemCondition condition(String text) {
        Matcher condition = CONDITION.matcher(text);
        if (condition.matches()) {
            for (RecordFilter.Comparison comparison : RecordFilter.Comparison.values()) {
                if (comparison.symbol().equals(condition.group(2))) {
                    try {
                        double value = Double.parseDouble(condition.group(3));
                        return new RecordFilter.SystemCondition(condition.group(1), comparison, value);
                    } catch (NumberFormatException ex) {
                        break;
                    }
                }
            }
        }
        throw Problem.badParameter(
                "system", text, "accepted is FIELD, one of < <= = >= >, and a number: gpu_percent>90");
    }
}
