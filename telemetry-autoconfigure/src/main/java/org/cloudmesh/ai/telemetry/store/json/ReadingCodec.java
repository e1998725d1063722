package org.cloudmesh.ai.telemetry.store.json;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reading as a template, which readings of one machine share, and the numbers that change, in a few bytes each. The
 * numbers stand in the template's order, where the template has a 0 that {@link #changes}. Each is a varint (seven bits
 * a byte, the lowest first, the high bit set when another follows) of the zigzag form, whose lowest two bits say what
 * it is: an integer, hundredths, or eight bytes of a double that is neither. So fractions are kept to hundredths.
 */
public final class ReadingCodec {

    private static final String SAMPLED_AT = "sampled_at";

    private static final int INTEGER = 0;

    private static final int HUNDREDTHS = 1;

    private static final int DOUBLE = 2;

    private static final long LARGEST = 1L << 53;

    private ReadingCodec() {}

    /** Returns whether a field goes with the numbers rather than with the template. */
    private static boolean changes(String name, @Nullable Object value) {
        return value instanceof Number && !name.endsWith("_total") && !name.endsWith("_count") && !name.equals("index");
    }

    /**
     * Splits a reading.
     *
     * @param micros when it was made
     * @param system the fields
     */
    public static Encoded encode(long micros, Map<String, @Nullable Object> system) {
        ByteArrayOutputStream numbers = new ByteArrayOutputStream(128);
        Map<String, @Nullable Object> template = new LinkedHashMap<>();
        template(system, template, numbers);
        if (sampledAt(micros).equals(system.get(SAMPLED_AT))) {
            template.put(SAMPLED_AT, 0);
        }
        return new Encoded(template, numbers.toByteArray());
    }

    private static void template(Map<?, ?> fields, Map<String, @Nullable Object> template, ByteArrayOutputStream out) {
        fields.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (changes(name, value) && value instanceof Number number) {
                template.put(name, 0);
                write(number, out);
            } else if (value instanceof List<?> list && list.stream().allMatch((item) -> item instanceof Map)) {
                List<Map<String, @Nullable Object>> templates = new ArrayList<>();
                for (Object item : list) {
                    Map<String, @Nullable Object> nested = new LinkedHashMap<>();
                    template((Map<?, ?>) item, nested, out);
                    templates.add(nested);
                }
                template.put(name, templates);
            } else {
                template.put(name, value);
            }
        });
    }

    private static void write(Number number, ByteArrayOutputStream out) {
        double value = number.doubleValue();
        boolean whole = number instanceof Long || number instanceof Integer;
        if (!(Math.abs(value) < LARGEST / 100.0)) {
            out.write(DOUBLE);
            out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
            return;
        }
        long integer = whole ? number.longValue() : Math.round(value * 100);
        long bits = (((integer << 1) ^ (integer >> 63)) << 2) | (whole ? INTEGER : HUNDREDTHS);
        while ((bits & ~0x7FL) != 0) {
            out.write((int) (bits & 0x7F | 0x80));
            bits >>>= 7;
        }
        out.write((int) bits);
    }

    /**
     * Puts a reading together.
     *
     * @param micros when it was made
     * @param template as it was encoded
     * @param numbers as they were encoded
     * @throws IllegalArgumentException when they do not belong together
     */
    public static Map<String, @Nullable Object> decode(
            long micros, Map<String, ? extends @Nullable Object> template, byte[] numbers) {
        ByteBuffer in = ByteBuffer.wrap(numbers);
        Map<String, @Nullable Object> system = filled(template, in);
        if (system.get(SAMPLED_AT) instanceof Number) {
            system.put(SAMPLED_AT, sampledAt(micros));
        }
        return Collections.unmodifiableMap(system);
    }

    private static Map<String, @Nullable Object> filled(Map<?, ?> template, ByteBuffer in) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        template.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (changes(name, value) && !name.equals(SAMPLED_AT)) {
                fields.put(name, read(in));
            } else if (value instanceof List<?> list && list.stream().allMatch((item) -> item instanceof Map)) {
                List<Map<String, @Nullable Object>> items = new ArrayList<>();
                list.forEach((item) -> items.add(Collections.unmodifiableMap(filled((Map<?, ?>) item, in))));
                fields.put(name, Collections.unmodifiableList(items));
            } else {
                fields.put(name, value);
            }
        });
        return fields;
    }

    private static Number read(ByteBuffer in) {
        if (!in.hasRemaining()) {
            throw new IllegalArgumentException("The reading has too few numbers");
        }
        long bits = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            bits |= (next & 0x7FL) << shift;
            if (next >= 0 || !in.hasRemaining()) {
                break;
            }
        }
        long integer = bits >>> 3 ^ -(bits >>> 2 & 1);
        return switch ((int) bits & 3) {
            case INTEGER -> (Number) integer;
            case HUNDREDTHS -> (Number) (integer / 100.0);
            default -> {
                if (in.remaining() < Double.BYTES) {
                    throw new IllegalArgumentException("The reading ends within a number");
                }
                yield in.getDouble();
            }
        };
    }

    private static String sampledAt(long micros) {
        return Instant.EPOCH
                .plus(micros, ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }

    /**
     * A reading in two parts.
     *
     * @param template what stays, with a 0 for each number that changes
     * @param numbers the numbers
     */
    public record Encoded(Map<String, @Nullable Object> template, byte[] numbers) {}
}
