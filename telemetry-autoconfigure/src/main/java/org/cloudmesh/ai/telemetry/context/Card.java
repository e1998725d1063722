package org.cloudmesh.ai.telemetry.context;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One graphics card at one moment; unknown is null.
 *
 * @param id tells it from others of this machine and stays: the UUID, or the address on the bus
 * @param model the maker's name for it
 * @param vendor the maker
 * @param memoryTotal bytes
 * @param memoryUsed bytes
 * @param percent how much of the time it worked, 0 to 100
 * @param temperature degrees Celsius
 * @param power watts
 */
record Card(
        String id,
        @Nullable String model,
        @Nullable String vendor,
        @Nullable Long memoryTotal,
        @Nullable Long memoryUsed,
        @Nullable Double percent,
        @Nullable Double temperature,
        @Nullable Double power) {

    private static final double MAX_CELSIUS = 1_000;

    private static final double MAX_WATTS = 100_000;

    private static final Set<String> FIGURES = Set.of("memory_used", "percent", "temperature", "power");

    Card {
        // What libraries say for unknown: -1, all bits set, no number.
        memoryTotal = memoryTotal == null || memoryTotal < 0 ? null : memoryTotal;
        memoryUsed = memoryUsed == null || memoryUsed < 0 ? null : memoryUsed;
        percent = within(percent, 100);
        temperature = within(temperature, MAX_CELSIUS);
        power = within(power, MAX_WATTS);
    }

    private static @Nullable Double within(@Nullable Double figure, double max) {
        return figure == null || !(figure >= 0 && figure <= max) ? null : figure;
    }

    /** Returns a card of which nothing is known that belongs to a moment. */
    static Card of(String id, @Nullable String model, @Nullable String vendor, @Nullable Long memoryTotal) {
        return new Card(id, model, vendor, memoryTotal, null, null, null, null);
    }

    /** Returns the same card at another moment. */
    Card with(
            @Nullable Long memoryTotal,
            @Nullable Long memoryUsed,
            @Nullable Double percent,
            @Nullable Double temperature,
            @Nullable Double power) {
        return new Card(this.id, this.model, this.vendor, memoryTotal, memoryUsed, percent, temperature, power);
    }

    /** Returns the card without what belongs to a moment. */
    Card withoutFigures() {
        return of(this.id, this.model, this.vendor, this.memoryTotal);
    }

    Map<String, @Nullable Object> toMap(int index) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("index", index);
        map.put("id", this.id);
        map.put("model", this.model);
        map.put("vendor", this.vendor);
        map.put("memory_total", this.memoryTotal);
        map.put("memory_used", this.memoryUsed);
        map.put("percent", this.percent);
        map.put("temperature", this.temperature);
        map.put("power", this.power);
        return Collections.unmodifiableMap(map);
    }

    /** Returns the value of the field {@code gpus} without what belongs to a moment. */
    static @Nullable Object constantsOf(@Nullable Object cards) {
        if (!(cards instanceof List<?> list)) {
            return null;
        }
        List<Map<String, @Nullable Object>> constants = new ArrayList<>();
        for (Object card : list) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            ((Map<?, ?>) card).forEach((key, value) -> map.put((String) key, FIGURES.contains(key) ? null : value));
            constants.add(Collections.unmodifiableMap(map));
        }
        return List.copyOf(constants);
    }
}
