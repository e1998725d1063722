package org.cloudmesh.ai.telemetry.ai;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the price of a call. Of all rules that match, the most specific counts, whatever their order: an exact name
 * before a pattern, a longer pattern before a shorter one, and at equal rank the model that answered before the one
 * that was asked for. Of the rules of one name the latest that is valid counts, and of those the highest tier that the
 * input reaches. A second table is asked for what the first does not price. Immutable.
 */
public final class PriceTable {

    /** Knows no price. */
    public static final PriceTable EMPTY = new PriceTable(List.of());

    private static final Comparator<Instant> BY_TIME = Comparator.nullsFirst(Comparator.naturalOrder());

    private final Map<String, List<Price>> exact = new HashMap<>();

    private final List<Family> families = new ArrayList<>();

    private final @Nullable PriceTable otherwise;

    /** Creates a table. */
    public PriceTable(List<Price> prices) {
        this(prices, null);
    }

    /**
     * Creates a table.
     *
     * @param prices the rules
     * @param otherwise asked where no rule matches; null for none
     */
    public PriceTable(List<Price> prices, @Nullable PriceTable otherwise) {
        this.otherwise = otherwise;
        Map<String, List<Price>> patterns = new HashMap<>();
        for (Price price : prices) {
            String name = price.model().toLowerCase(Locale.ROOT);
            (name.contains("*") ? patterns : this.exact)
                    .computeIfAbsent(name, (key) -> new ArrayList<>())
                    .add(price);
        }
        patterns.forEach((glob, rules) -> this.families.add(new Family(glob, pattern(glob), rules)));
        this.families.sort(Comparator.comparingInt((Family family) -> -family.glob.length())
                .thenComparing(Family::glob));
    }

    /**
     * Returns the price of a call; null when no rule matches.
     *
     * @param provider name of the provider, as lists that name it with the model need; may be null
     * @param responseModel the model that answered; may be null
     * @param requestModel the model that was asked for; may be null
     * @param usage what the call used
     * @param at when the call ended
     */
    @Nullable
    Price find(
            @Nullable String provider,
            @Nullable String responseModel,
            @Nullable String requestModel,
            TokenUsage usage,
            Instant at) {
        List<String> models = Stream.of(names(provider, responseModel), names(provider, requestModel))
                .flatMap(List::stream)
                .toList();
        for (String model : models) {
            Price price = applicable(this.exact.getOrDefault(model, List.of()), usage, at);
            if (price != null) {
                return price;
            }
        }
        for (int i = 0; i < this.families.size(); ) {
            int rank = this.families.get(i).glob.length();
            int end = i;
            while (end < this.families.size() && this.families.get(end).glob.length() == rank) {
                end++;
            }
            Price price = inFamilies(this.families.subList(i, end), models, usage, at);
            if (price != null) {
                return price;
            }
            i = end;
        }
        return this.otherwise == null ? null : this.otherwise.find(provider, responseModel, requestModel, usage, at);
    }

    private static @Nullable Price inFamilies(
            List<Family> families, List<String> models, TokenUsage usage, Instant at) {
        for (String model : models) {
            for (Family family : families) {
                Price price = family.pattern.matcher(model).matches() ? applicable(family.rules, usage, at) : null;
                if (price != null) {
                    return price;
                }
            }
        }
        return null;
    }

    private static @Nullable Price applicable(List<Price> rules, TokenUsage usage, Instant at) {
        Price best = null;
        for (Price rule : rules) {
            boolean valid = rule.validFrom() == null || !rule.validFrom().isAfter(at);
            boolean reached =
                    rule.aboveInputTokens() == 0 || TokenUsage.orZero(usage.input()) > rule.aboveInputTokens();
            if (valid && reached && (best == null || supersedes(rule, best))) {
                best = rule;
            }
        }
        return best;
    }

    private static boolean supersedes(Price rule, Price other) {
        int later = BY_TIME.compare(rule.validFrom(), other.validFrom());
        return later > 0 || (later == 0 && rule.aboveInputTokens() > other.aboveInputTokens());
    }

    /** Returns the names under which a model may stand: some clients and lists put a path before it. */
    private static List<String> names(@Nullable String provider, @Nullable String model) {
        if (model == null) {
            return List.of();
        }
        String name = model.toLowerCase(Locale.ROOT);
        List<String> names = new ArrayList<>(List.of(name));
        if (name.startsWith("models/")) {
            names.add(name.substring("models/".length()));
        }
        String prefix = provider == null ? null : GenAi.pricePrefix(provider);
        if (prefix != null) {
            names.add(prefix + "/" + name.substring(name.startsWith("models/") ? "models/".length() : 0));
        }
        return names;
    }

    private static Pattern pattern(String glob) {
        String regex = Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex);
    }

    private record Family(String glob, Pattern pattern, List<Price> rules) {}
}
