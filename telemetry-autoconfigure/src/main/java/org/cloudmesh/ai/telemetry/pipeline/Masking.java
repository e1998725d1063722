package org.cloudmesh.ai.telemetry.pipeline;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Tells which attribute keys hold secrets: those that contain one of the given terms as whole words, in whatever spelling
 * ({@code access_token}, {@code accessToken}, {@code Access-Token}), so that {@code max_tokens} is none. Used by the writer
 * alone.
 */
final class Masking {

    static final String MASK = "******";

    private static final int CACHE_SIZE = 4096;

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final List<String> terms;

    private final Map<String, Boolean> known = new HashMap<>();

    Masking(Collection<String> terms) {
        this.terms = terms.stream().map(Masking::words).toList();
    }

    boolean masks(String key) {
        Boolean masks = this.known.get(key);
        if (masks == null) {
            String words = words(key);
            masks = this.terms.stream().anyMatch(words::contains);
            if (this.known.size() < CACHE_SIZE) {
                this.known.put(key, masks);
            }
        }
        return masks;
    }

    private static String words(String text) {
        String separated = HUMP.matcher(text).replaceAll("_");
        return "_" + NO_WORD.matcher(separated).replaceAll("_").toLowerCase(Locale.ROOT) + "_";
    }
}
