package org.cloudmesh.ai.telemetry.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.ContextSource;
import org.jspecify.annotations.Nullable;

/**
 * Registers the meters of {@link SystemMeter}: those of the machine as soon as a reading has a value for them, those of
 * a graphics card once it is found. They show the last reading and sample nothing themselves; unknown is NaN. Closing
 * removes them. Thread-safe.
 */
final class SystemMetrics implements MeterBinder, AutoCloseable {

    private static final Set<SystemMeter> OF_MACHINE =
            EnumSet.range(SystemMeter.MEMORY_USAGE, SystemMeter.PROCESS_MEMORY_USAGE);

    private static final Set<SystemMeter> OF_CARD = EnumSet.range(SystemMeter.TEMPERATURE, SystemMeter.POWER);

    private static final String NONE = "none";

    private final ContextSource source;

    private final Map<MeterRegistry, Map<String, Meter>> registered = new ConcurrentHashMap<>();

    /** Creates a binder of what a source reads. */
    public SystemMetrics(ContextSource source) {
        this.source = source;
        source.onConstantsChange(() -> this.registered.keySet().forEach(this::register));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registered.putIfAbsent(registry, new HashMap<>());
        if (this.source.system() != null) {
            register(registry);
        }
    }

    /** Takes the meters out of the registries. */
    @Override
    public void close() {
        for (MeterRegistry registry : this.registered.keySet()) {
            this.registered.computeIfPresent(registry, (key, meters) -> {
                meters.values().forEach(registry::remove);
                return null;
            });
        }
    }

    private void register(MeterRegistry registry) {
        this.registered.computeIfPresent(registry, (key, meters) -> {
            Map<String, @Nullable Object> system = system();
            for (SystemMeter meter : OF_MACHINE) {
                if (system.get(meter.field()) != null) {
                    gauge(registry, meters, meter, Tags.empty(), this::system);
                }
            }
            if (system.get(SystemMeter.TEMPERATURE.field()) != null) {
                Tags tags = tags("cpu", "cpu", system.get("cpu"), null);
                gauge(registry, meters, SystemMeter.TEMPERATURE, tags, this::system);
            }
            for (Map<?, ?> card : cards(system)) {
                Object id = card.get("id");
                Tags tags = tags(String.valueOf(id), "gpu", card.get("model"), card.get("vendor"));
                for (SystemMeter meter : OF_CARD) {
                    gauge(registry, meters, meter, tags, () -> card(id));
                }
            }
            return meters;
        });
    }

    private static void gauge(
            MeterRegistry registry,
            Map<String, Meter> meters,
            SystemMeter meter,
            Tags tags,
            Supplier<? extends Map<?, ?>> fields) {
        // Micrometer warns of a gauge that is registered again.
        meters.computeIfAbsent(
                meter.meterName() + tags,
                (key) -> Gauge.builder(meter.meterName(), () -> {
                            Object value = fields.get().get(meter.field());
                            return value instanceof Number number ? number.doubleValue() * meter.factor() : Double.NaN;
                        })
                        .tags(tags)
                        .baseUnit(meter.unit())
                        .register(registry));
    }

    private static Tags tags(String id, String type, @Nullable Object model, @Nullable Object vendor) {
        return Tags.of("hw.id", id, "hw.type", type, "hw.model", orNone(model), "hw.vendor", orNone(vendor));
    }

    private static String orNone(@Nullable Object value) {
        return value == null ? NONE : value.toString();
    }

    private Map<String, @Nullable Object> system() {
        Map<String, @Nullable Object> system = this.source.system();
        return system == null ? Map.of() : system;
    }

    private Map<?, ?> card(@Nullable Object id) {
        for (Map<?, ?> card : cards(system())) {
            if (Objects.equals(card.get("id"), id)) {
                return card;
            }
        }
        return Map.of();
    }

    private static List<? extends Map<?, ?>> cards(Map<String, @Nullable Object> system) {
        return system.get("gpus") instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map((card) -> (Map<?, ?>) card)
                        .toList()
                : List.of();
    }
}
