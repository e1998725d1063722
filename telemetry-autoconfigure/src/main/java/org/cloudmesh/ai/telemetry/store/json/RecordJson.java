package org.cloudmesh.ai.telemetry.store.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Records and their parts as JSON, one by one. Reading bounds depth and size, and takes the {@code NaN} and
 * {@code Infinity} that Python's json module writes. Thread-safe.
 */
public final class RecordJson {

    /** Longest record that is read, in bytes. */
    public static final int LONGEST = 16 << 20;

    private static final int DEEPEST = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(LONGEST)
                    .maxNameLength(LONGEST)
                    .maxNumberLength(2_000)
                    .maxDocumentLength(LONGEST)
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private RecordJson() {}

    /** Returns the record as one line, as files carry it. */
    public static String write(TelemetryRecord record) {
        JsonBuffer buffer = new JsonBuffer(512);
        RecordWriter.forFiles().write(record, buffer);
        return buffer.toString();
    }

    /** Returns the record's {@code metrics} as an object, empty when there are none. */
    public static String metrics(TelemetryRecord record) {
        JsonBuffer buffer = new JsonBuffer(128).raw('{');
        for (int i = 0; i < record.metricCount(); i++) {
            if (i > 0) {
                buffer.raw(',');
            }
            buffer.string(record.metricName(i)).raw(':').number(record.metricValue(i));
        }
        return buffer.raw('}').toString();
    }

    /** Returns a map of texts, numbers, booleans, maps, collections and nulls as an object. */
    public static String write(Map<String, ? extends @Nullable Object> object) {
        return new JsonBuffer(256).object(object).toString();
    }

    /** Returns a map of texts, numbers, booleans, records, maps, collections and nulls as an object in UTF-8. */
    public static byte[] bytes(Map<String, ? extends @Nullable Object> object) {
        return new JsonBuffer(4096).object(object).toByteArray();
    }

    /** Returns the fields of the record's JSON by name, in their order, absent ones as null. */
    public static Map<String, @Nullable Object> fields(TelemetryRecord record) {
        JsonBuffer buffer = new JsonBuffer(512).value(record);
        return read(buffer.array(), 0, buffer.size());
    }

    /**
     * Reads an object. Integers are {@link Long} where they fit, else {@link java.math.BigInteger}; other numbers
     * {@link Double}.
     *
     * @throws IllegalArgumentException when the text is no JSON object, too deep or too long
     */
    public static Map<String, @Nullable Object> read(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            return readWhole(parser);
        } catch (JacksonException ex) {
            throw new IllegalArgumentException(ex.getOriginalMessage(), ex);
        }
    }

    /**
     * Reads an object out of UTF-8.
     *
     * @throws IllegalArgumentException when the bytes are no JSON object, too deep or too long
     */
    public static Map<String, @Nullable Object> read(byte[] json, int from, int length) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json, from, length)) {
            return readWhole(parser);
        } catch (JacksonException ex) {
            throw new IllegalArgumentException(ex.getOriginalMessage(), ex);
        }
    }

    private static Map<String, @Nullable Object> readWhole(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("Not a JSON object");
        }
        Map<String, @Nullable Object> object = object(parser);
        if (parser.nextToken() != null) {
            throw new IllegalArgumentException("More than one JSON object");
        }
        return object;
    }

    private static Map<String, @Nullable Object> object(JsonParser parser) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    private static @Nullable Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new IllegalArgumentException("The JSON object ends early");
        }
        return switch (token) {
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            default -> null;
        };
    }

    private static List<@Nullable Object> array(JsonParser parser) {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }
}
