package org.cloudmesh.ai.telemetry.actuate;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * Where the next page begins, and of what: the filters as they were written, the range that they meant at the first
 * page, and the store's position. The text is base64url of JSON and a checksum, which tells a damaged cursor from a
 * sound one; there is nothing in it that a request could not say itself.
 */
record RecordCursor(
        Map<String, List<String>> filters,
        @Nullable Instant from,
        @Nullable Instant to,
        String after) {

    private static final String ACCEPTED = "accepted is 'next' of the page before, with the same filters or none";

    private static final int CHECKSUM = Integer.BYTES;

    static RecordCursor parse(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            byte[] json = Arrays.copyOf(bytes, bytes.length - CHECKSUM);
            if (ByteBuffer.wrap(bytes, json.length, CHECKSUM).getInt() == checksum(json)
                    && encode(bytes).equals(text)) {
                return of(RecordJson.read(json, 0, json.length));
            }
        } catch (RuntimeException ex) {
            // Whatever is wrong with it, it is not a cursor of ours: said below.
        }
        throw bad(text);
    }

    static Problem bad(String text) {
        return Problem.badParameter("cursor", text, ACCEPTED);
    }

    private static RecordCursor of(Map<String, @Nullable Object> json) {
        Map<String, List<String>> filters = new LinkedHashMap<>();
        ((Map<?, ?>) required(json, "filters"))
                .forEach((name, values) -> filters.put(
                        (String) name,
                        ((List<?>) values).stream().map(String.class::cast).toList()));
        return new RecordCursor(
                filters, instant(json.get("from")), instant(json.get("to")), (String) required(json, "after"));
    }

    private static Object required(Map<String, @Nullable Object> json, String name) {
        Object value = json.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name);
        }
        return value;
    }

    private static @Nullable Instant instant(@Nullable Object micros) {
        return micros == null ? null : EpochMicros.instant((Long) micros);
    }

    private static @Nullable Long micros(@Nullable Instant instant) {
        return instant == null ? null : EpochMicros.micros(instant);
    }

    /** Returns the filter of the page, once nothing in the request speaks against it. */
    RecordFilter filter(Parameters request) {
        request.filters().forEach((name, values) -> {
            if (!values.equals(this.filters.get(name))) {
                throw Problem.badParameter(
                        name,
                        String.join("' and '", values),
                        "beside a cursor only the value of its first page is accepted");
            }
        });
        Map<String, List<String>> others = new LinkedHashMap<>(this.filters);
        others.keySet().removeAll(Parameters.RANGE);
        return new Parameters(others, Instant.EPOCH).filter().between(this.from, this.to);
    }

    @Override
    public String toString() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("filters", this.filters);
        json.put("from", micros(this.from));
        json.put("to", micros(this.to));
        json.put("after", this.after);
        byte[] bytes = RecordJson.bytes(json);
        return encode(ByteBuffer.allocate(bytes.length + CHECKSUM)
                .put(bytes)
                .putInt(checksum(bytes))
                .array());
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static int checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
