package org.cloudmesh.ai.telemetry.ai;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the price of a model: the first that matches wins. Immutable. */
public final class PriceTable {

    /** Knows no price. */
    public static final PriceTable EMPTY = new PriceTable(List.of());

    private final List<Entry> entries = new ArrayList<>();

    /** Creates a table. */
    public PriceTable(List<Price> prices) {
        for (Price price : prices) {
            this.entries.add(new Entry(pattern(price.model()), price));
        }
    }

    /** Returns the price of the model that answered or else of the one that was asked for; null when neither is known. */
    @Nullable
    Price find(@Nullable String responseModel, @Nullable String requestModel) {
        Price price = find(responseModel);
        return price != null ? price : find(requestModel);
    }

    private @Nullable Price find(@Nullable String model) {
        if (model == null) {
            return null;
        }
        for (Entry entry : this.entries) {
            if (entry.pattern.matcher(model).matches()) {
                return entry.price;
            }
        }
        return null;
    }

    private static Pattern pattern(String glob) {
        String regex = Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }

    private record Entry(Pattern pattern, Price price) {}
}
