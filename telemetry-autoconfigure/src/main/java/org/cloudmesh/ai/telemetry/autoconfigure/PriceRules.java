package org.cloudmesh.ai.telemetry.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.ai.Price;
import org.cloudmesh.ai.telemetry.ai.PriceTable;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryObservationProperties.ModelPrice;
import org.cloudmesh.ai.telemetry.autoconfigure.TelemetryObservationProperties.Rates;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.StreamUtils;
import org.springframework.util.StringUtils;

/**
 * Makes the price table of the settings, and of the price list that they name: LiteLLM's JSON, an object of models with
 * prices of one token each, or YAML with the same rules as the settings. A rule that makes no sense fails the start.
 */
final class PriceRules {

    private static final String PRICES = "telemetry.observations.prices";

    private static final String LOCATION = "telemetry.observations.prices-location";

    private static final double UNIT = 1_000_000;

    /** LiteLLM names a tier by thousands of tokens: {@code input_cost_per_token_above_200k_tokens}. */
    private static final Pattern TIER = Pattern.compile("input_cost_per_token_above_(\\d+)k_tokens");

    private final ResourceLoader resources;

    PriceRules(ResourceLoader resources) {
        this.resources = resources;
    }

    PriceTable table(TelemetryObservationProperties properties) {
        String location = properties.getPricesLocation();
        PriceTable list = StringUtils.hasText(location) ? new PriceTable(read(location)) : null;
        return new PriceTable(rules(PRICES, properties.getPrices()), list);
    }

    private static List<Price> rules(String property, List<ModelPrice> rules) {
        List<Price> prices = new ArrayList<>();
        Set<List<Object>> known = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            ModelPrice rule = rules.get(i);
            String name = property + "[" + i + "]";
            String model = rule.getModel();
            if (!StringUtils.hasText(model)) {
                throw broken(
                        name + ".model", model, "a price must say of which model it is", "Name a model there, or *");
            }
            Instant validFrom = instant(name + ".valid-from", rule.getValidFrom());
            Price.Rates base = rates(name, rule, null);
            List<Price> tiers = new ArrayList<>();
            tiers.add(new Price(model, base, above(name, rule), validFrom, rule.getCurrency()));
            for (int t = 0; t < rule.getTiers().size(); t++) {
                Rates tier = rule.getTiers().get(t);
                String tierName = name + ".tiers[" + t + "]";
                if (tier.getAboveInputTokens() == null) {
                    throw broken(
                            tierName + ".above-input-tokens",
                            null,
                            "a tier must say above how many input tokens it begins",
                            "Set it");
                }
                tiers.add(new Price(
                        model, rates(tierName, tier, rule), above(tierName, tier), validFrom, rule.getCurrency()));
            }
            for (Price price : tiers) {
                if (!known.add(List.of(
                        model.toLowerCase(Locale.ROOT), price.aboveInputTokens(), String.valueOf(price.validFrom())))) {
                    throw broken(
                            name + ".model",
                            model,
                            "two prices are of the same model",
                            "Remove one or tell them apart");
                }
            }
            prices.addAll(tiers);
        }
        return prices;
    }

    private static Price.Rates rates(String name, Rates given, @Nullable Rates base) {
        return new Price.Rates(
                required(name + ".input", given.getInput(), base == null ? null : base.getInput()),
                required(name + ".output", given.getOutput(), base == null ? null : base.getOutput()),
                optional(name + ".cached-input", given.getCachedInput(), base == null ? null : base.getCachedInput()),
                optional(
                        name + ".cache-creation-input",
                        given.getCacheCreationInput(),
                        base == null ? null : base.getCacheCreationInput()),
                optional(
                        name + ".cache-creation-input-1h",
                        given.getCacheCreationInput1h(),
                        base == null ? null : base.getCacheCreationInput1h()),
                optional(
                        name + ".reasoning-output",
                        given.getReasoningOutput(),
                        base == null ? null : base.getReasoningOutput()));
    }

    private static double required(String property, @Nullable Double value, @Nullable Double otherwise) {
        Double price = optional(property, value, otherwise);
        if (price == null) {
            throw broken(
                    property, null, "the price is missing", "Set the price of a million tokens; 0 if they are free");
        }
        return price;
    }

    private static @Nullable Double optional(String property, @Nullable Double value, @Nullable Double otherwise) {
        Double price = value != null ? value : otherwise;
        if (price != null && !(price >= 0 && price < Double.POSITIVE_INFINITY)) {
            throw broken(property, price, "a price cannot be negative or infinite", "Correct it");
        }
        return price;
    }

    private static long above(String name, Rates rates) {
        Long above = rates.getAboveInputTokens();
        if (above != null && above < 0) {
            throw broken(name + ".above-input-tokens", above, "a number of tokens cannot be negative", "Correct it");
        }
        return above == null ? 0 : above;
    }

    private static @Nullable Instant instant(String property, @Nullable String text) {
        if (!StringUtils.hasText(text)) {
            return null;
        }
        try {
            return text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException ex) {
            throw broken(property, text, "it is no date", "Write a date such as 2026-12-01 or an instant in UTC");
        }
    }

    private List<Price> read(String location) {
        Resource resource = this.resources.getResource(location);
        try {
            String text = StreamUtils.copyToString(resource.getInputStream(), StandardCharsets.UTF_8);
            if (text.stripLeading().startsWith("{")) {
                return liteLlm(JsonParserFactory.getJsonParser().parseMap(text));
            }
            return yaml(location, resource);
        } catch (IOException | UncheckedIOException ex) {
            throw new TelemetryConfigurationException(
                    LOCATION, location, "it cannot be read", "Name a file that is there and can be read", ex);
        } catch (RuntimeException ex) {
            if (ex instanceof TelemetryConfigurationException) {
                throw ex;
            }
            throw new TelemetryConfigurationException(
                    LOCATION,
                    location,
                    "it is neither a price list in LiteLLM's JSON nor YAML with prices",
                    "Correct the file",
                    ex);
        }
    }

    private static List<Price> yaml(String location, Resource resource) throws IOException {
        List<PropertySource<?>> sources = new YamlPropertySourceLoader().load(location, resource);
        Binder binder = new Binder(ConfigurationPropertySources.from(sources));
        for (String root : List.of("prices", PRICES, "document")) {
            List<ModelPrice> rules =
                    binder.bind(root, Bindable.listOf(ModelPrice.class)).orElse(List.of());
            if (!rules.isEmpty()) {
                return rules(LOCATION + ": " + location + ": " + root, rules);
            }
        }
        throw new IllegalStateException("No prices");
    }

    private static List<Price> liteLlm(Map<String, Object> models) {
        List<Price> prices = new ArrayList<>();
        models.forEach((model, value) -> {
            if (value instanceof Map<?, ?> entry && !model.equals("sample_spec") && !model.contains("*")) {
                add(prices, model, entry);
            }
        });
        return prices;
    }

    private static void add(List<Price> prices, String model, Map<?, ?> entry) {
        Double input = perMillion(model, entry, "input_cost_per_token");
        Double output = perMillion(model, entry, "output_cost_per_token");
        if (input == null || (output == null && !"embedding".equals(entry.get("mode")))) {
            // Priced by the image, the second or the page.
            return;
        }
        Price.Rates base = new Price.Rates(
                input,
                output == null ? 0 : output,
                perMillion(model, entry, "cache_read_input_token_cost"),
                perMillion(model, entry, "cache_creation_input_token_cost"),
                perMillion(model, entry, "cache_creation_input_token_cost_above_1hr"),
                perMillion(model, entry, "output_cost_per_reasoning_token"));
        prices.add(new Price(model, base, 0, null, "USD"));
        Map<Long, String> tiers = new TreeMap<>();
        for (Object key : entry.keySet()) {
            Matcher matcher = TIER.matcher(String.valueOf(key));
            if (matcher.matches()) {
                tiers.put(Long.parseLong(matcher.group(1)) * 1000, "_above_" + matcher.group(1) + "k_tokens");
            }
        }
        tiers.forEach((above, suffix) -> prices.add(new Price(
                model,
                new Price.Rates(
                        or(perMillion(model, entry, "input_cost_per_token" + suffix), base.input()),
                        or(perMillion(model, entry, "output_cost_per_token" + suffix), base.output()),
                        orNull(perMillion(model, entry, "cache_read_input_token_cost" + suffix), base.cachedInput()),
                        orNull(
                                perMillion(model, entry, "cache_creation_input_token_cost" + suffix),
                                base.cacheCreationInput()),
                        base.cacheCreationInput1h(),
                        base.reasoningOutput()),
                above,
                null,
                "USD")));
    }

    private static @Nullable Double perMillion(String model, Map<?, ?> entry, String key) {
        if (!(entry.get(key) instanceof Number number)) {
            return null;
        }
        return optional(LOCATION + ": " + model + "." + key, number.doubleValue() * UNIT, null);
    }

    private static double or(@Nullable Double price, double otherwise) {
        return price != null ? price : otherwise;
    }

    private static @Nullable Double orNull(@Nullable Double price, @Nullable Double otherwise) {
        return price != null ? price : otherwise;
    }

    private static TelemetryConfigurationException broken(
            String property, @Nullable Object value, String reason, String action) {
        return new TelemetryConfigurationException(property, value, reason, action, null);
    }
}
