package org.cloudmesh.ai.telemetry.store.jsonl;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.Origin;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.TextField;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;
import org.cloudmesh.ai.telemetry.store.query.RecordView;
import org.jspecify.annotations.Nullable;

/**
 * A line exactly as this product writes it: the same fields in the same order, without blanks. Checked as a whole, but
 * only the time is decoded until more is asked for. Whatever looks different is left to {@link RecordReader}.
 */
final class Line implements RecordView {

    private static final byte[] COMMAND = ascii("Z\",\"command\":");

    private static final byte[] RUN = ascii(",\"run\":");

    private static final byte[] STATUS = ascii(",\"status\":");

    private static final byte[] EVENT = ascii(",\"event\":");

    private static final byte[] SYSTEM = ascii(",\"system\":");

    private static final byte[] USER = ascii(",\"user\":");

    private static final byte[][] TEXTS = TextField.ALL.stream()
            .map((field) -> ascii(",\"" + field.key() + "\":"))
            .toArray(byte[][]::new);

    private static final byte[] ID = ascii("{\"id\":\"");

    private static final int DIGITS = 12;

    private final RecordReader reader;

    private final TokenCache<String> ids = new TokenCache<>();

    private final TokenCache<@Nullable String[]> origins = new TokenCache<>();

    private final TokenCache<String> statuses = new TokenCache<>();

    private final TokenCache<String> events = new TokenCache<>();

    private final TokenCache<Map<String, @Nullable Object>> systems = new TokenCache<>();

    private final TokenCache<Map<String, @Nullable Object>> users = new TokenCache<>();

    private final LineTime time = new LineTime();

    private final LineMetrics metrics = new LineMetrics();

    private final LineAttributes attributes = new LineAttributes();

    private byte[] json = {};

    private int sequenceFrom;

    private int sequenceTo;

    private final int[] textFrom = new int[TEXTS.length];

    private final int[] textTo = new int[TEXTS.length];

    private @Nullable String event;

    private @Nullable Origin origin;

    private @Nullable Map<String, @Nullable Object> originUser;

    private @Nullable String originToken;

    Line(RecordReader reader) {
        this.reader = reader;
    }

    /**
     * Takes the line that begins there.
     *
     * @return the place after its end; -1 when it is not exactly one of ours
     */
    int read(byte[] json, int from, int limit) {
        this.json = json;
        int at = id(from, limit);
        at = at < 0 ? -1 : this.time.read(json, at, limit);
        at = at < 0 ? -1 : origin(at, limit);
        at = at < 0 ? -1 : statusAndEvent(at, limit);
        at = at < 0 ? -1 : this.metrics.read(json, at, limit);
        at = at < 0 ? -1 : this.attributes.read(json, at, limit);
        at = at < 0 ? -1 : object(SYSTEM, this.systems, at, limit);
        at = at < 0 ? -1 : object(USER, this.users, at, limit);
        at = at < 0 ? -1 : texts(at, limit);
        if (at < 0 || at + 2 > limit || json[at] != '}' || json[at + 1] != '\n') {
            return -1;
        }
        return at + 2;
    }

    private int texts(int from, int limit) {
        int at = from;
        for (int i = 0; i < TEXTS.length && at >= 0; i++) {
            this.textFrom[i] = -1;
            if (JsonScanner.is(TEXTS[i], this.json, at, limit)) {
                this.textFrom[i] = at + TEXTS[i].length;
                at = JsonScanner.string(this.json, this.textFrom[i], limit);
                this.textTo[i] = at;
            }
        }
        return at;
    }

    private @Nullable String text(int field) {
        int from = this.textFrom[field];
        return from < 0 ? null : JsonScanner.text(this.json, from, this.textTo[field]);
    }

    private int id(int from, int limit) {
        int length = this.ids.matchSame(this.json, from, limit);
        if (length < 0) {
            if (!JsonScanner.is(ID, this.json, from, limit)) {
                return -1;
            }
            int end = JsonScanner.string(this.json, from + ID.length - 1, limit);
            int dash = end - 1;
            while (dash > from && this.json[dash] != '-') {
                dash--;
            }
            if (end < 0 || dash < from + ID.length || token(from, dash).indexOf('\\') >= 0) {
                return -1;
            }
            this.ids.add(this.json, from, dash + 1, token(from + ID.length, dash));
            length = dash + 1 - from;
        }
        int digits = from + length;
        int end = JsonScanner.digits(this.json, digits, limit);
        this.sequenceFrom = digits;
        this.sequenceTo = end;
        return end - digits >= DIGITS && end - digits <= 18 ? end : -1;
    }

    private String token(int from, int to) {
        return new String(this.json, from, to - from, StandardCharsets.UTF_8);
    }

    private int origin(int from, int limit) {
        int length = this.origins.matchSame(this.json, from, limit);
        if (length >= 0) {
            return from + length;
        }
        if (!JsonScanner.is(COMMAND, this.json, from, limit)) {
            return -1;
        }
        int command = from + COMMAND.length;
        int run = JsonScanner.string(this.json, command, limit);
        if (run < 0 || !JsonScanner.is(RUN, this.json, run, limit)) {
            return -1;
        }
        int value = run + RUN.length;
        boolean unknown = JsonScanner.is(JsonScanner.NULL, this.json, value, limit);
        int end = unknown ? value + JsonScanner.NULL.length : JsonScanner.string(this.json, value, limit);
        if (end < 0 || !JsonScanner.is(STATUS, this.json, end, limit)) {
            return -1;
        }
        String[] texts = {
            JsonScanner.text(this.json, command, run), unknown ? null : JsonScanner.text(this.json, value, end)
        };
        this.origins.add(this.json, from, end + STATUS.length, texts);
        return end + STATUS.length;
    }

    private int statusAndEvent(int from, int limit) {
        int at = known(this.statuses, from, limit);
        this.event = null;
        if (at >= 0 && JsonScanner.is(EVENT, this.json, at, limit)) {
            at = known(this.events, at + EVENT.length, limit);
            this.event = at < 0 ? null : this.events.meaning();
        }
        return at;
    }

    private int known(TokenCache<String> pieces, int from, int limit) {
        int length = pieces.matchSame(this.json, from, limit);
        return length >= 0 ? from + length : TokenCache.learn(pieces, this.json, from, limit);
    }

    private int object(byte[] field, TokenCache<Map<String, @Nullable Object>> pieces, int from, int limit) {
        if (!JsonScanner.is(field, this.json, from, limit)) {
            return -1;
        }
        int at = from + field.length;
        int length = pieces.matchSame(this.json, at, limit);
        if (length >= 0) {
            return at + length;
        }
        int end = JsonScanner.object(this.json, at, limit);
        if (end < 0) {
            return -1;
        }
        try {
            Map<String, @Nullable Object> object =
                    this.json[at] == '{' ? RecordJson.read(this.json, at, end - at) : null;
            pieces.add(this.json, at, end, object);
        } catch (IllegalArgumentException ex) {
            return -1;
        }
        return end;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public long timestampMicros() {
        return this.time.micros();
    }

    @Override
    public String command() {
        return String.valueOf(this.origins.meaning()[0]);
    }

    @Override
    public @Nullable String run() {
        return this.origins.meaning()[1];
    }

    @Override
    public String status() {
        return this.statuses.meaning();
    }

    @Override
    public @Nullable String event() {
        return this.event;
    }

    @Override
    public double metric(String name) {
        return this.metrics.value(name);
    }

    @Override
    public void metrics(MetricVisitor visitor) {
        this.metrics.forEach(visitor);
    }

    @Override
    public @Nullable String attribute(String key) {
        return this.attributes.value(key);
    }

    @Override
    public void attributes(Predicate<String> wanted, BiConsumer<String, @Nullable String> visitor) {
        this.attributes.forEach(wanted, visitor);
    }

    @Override
    public @Nullable String message() {
        return text(TextField.MESSAGE.ordinal());
    }

    @Override
    public @Nullable Map<String, @Nullable Object> system() {
        Map<String, @Nullable Object> system = this.systems.meaning();
        if (system == null || !system.containsKey(TelemetryRecord.DURING)) {
            return system;
        }
        Map<String, @Nullable Object> reading = new LinkedHashMap<>(system);
        reading.remove(TelemetryRecord.DURING);
        return reading;
    }

    @Override
    public TelemetryRecord record() {
        @Nullable String[] texts = new String[TEXTS.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = text(i);
        }
        return TextField.setAll(TelemetryRecord.builder(origin(), sequence(), this.time.micros()), texts)
                .status(Status.of(status()))
                .event(this.event)
                .metrics(this.metrics.names(), this.metrics.values())
                .attributes(this.attributes.toMap())
                .system(this.systems.meaning())
                .build();
    }

    private long sequence() {
        long sequence = 0;
        for (int i = this.sequenceFrom; i < this.sequenceTo; i++) {
            sequence = sequence * 10 + this.json[i] - '0';
        }
        return sequence;
    }

    // Neighbours mostly share the very instances: no need to compare texts.
    @SuppressWarnings("ReferenceEquality")
    private Origin origin() {
        Origin origin = this.origin;
        Map<String, @Nullable Object> user = this.users.meaning();
        if (origin == null
                || this.originUser != user
                || this.originToken != this.ids.meaning()
                || !origin.command().equals(command())
                || !Objects.equals(origin.run(), run())) {
            origin = this.reader.origin(this.ids.meaning(), command(), run(), user == null ? Map.of() : user);
            this.origin = origin;
            this.originUser = user;
            this.originToken = this.ids.meaning();
        }
        return origin;
    }
}
