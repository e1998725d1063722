package org.cloudmesh.ai.telemetry.pipeline;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.TelemetrySettings;

/**
 * Keeps secrets out of records, by the key that they stand under and by their own shape.
 *
 * <p>A key is split into words at its separators and humps, acronyms included, in lower case and in the singular:
 * {@code OpenAIApiKeys}, {@code open-ai.api_key} and {@code OPEN_AI_API_KEY} are {@code open ai api key}. It is masked
 * when a term's words follow each other in it. What is written without any boundary ({@code userpassword},
 * {@code PGPASSWORD}, {@code clientsecret}) is found within a word: a long term of one word anywhere, any other at the
 * end. {@code token} is also the unit that models count in, so that {@code max_tokens}, {@code token.type} and the like
 * are none.
 *
 * <p>Texts are searched for credentials of known shapes, each pattern in time linear in the text. Used by the writer
 * alone.
 */
final class Masking {

    static final String MASK = "******";

    private static final int CACHE_SIZE = 4096;

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private static final Pattern NO_WORD = Pattern.compile("[^\\p{L}\\p{N}]+");

    private static final Pattern NUMBER = Pattern.compile("(?<=\\p{L})\\d+$");

    // So long is no common ending of plain words.
    private static final int LONG = 5;

    private static final Set<String> PLAIN = Set.of("secretary", "secretaries", "secretariat");

    /** What stands beside the word token when tokens are counted. */
    private static final Set<String> COUNTING = Set.of(
            "max",
            "min",
            "input",
            "output",
            "total",
            "prompt",
            "completion",
            "count",
            "limit",
            "budget",
            "usage",
            "per",
            "rate",
            "cached",
            "reasoning",
            "avg",
            "average",
            "number",
            "time",
            "latency",
            "price",
            "cost",
            "speed",
            "type");

    /** What stands before it when it opens something. */
    private static final Set<String> OPENING =
            Set.of("access", "refresh", "id", "auth", "api", "bearer", "session", "csrf", "xsrf", "security", "user");

    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?<![\\w.-])([\\w.-]{2,64}+)([\"']?\\s?[=:]\\s?[\"']?)([^\\s\"'&,;)}\\]]++)");

    /** What is masked in texts: the first group stays. docs/configuration.md lists them. */
    private static final List<Pattern> SHAPES = List.of(
            Pattern.compile(
                    "(?i)\\b(authorization[\"']?\\s?[:=]\\s?[\"']?(?:(?:basic|bearer|digest|token|negotiate|apikey)\\s+)?)"
                            + "[^\\s\"',;]++"),
            Pattern.compile("(?i)\\b(bearer\\s+)(?!auth|token)[\\w.~+/=-]{6,}+"),
            Pattern.compile("(?<=://)()[^\\s/?#\"'<>]*(?=@)"),
            Pattern.compile("\\b()eyJ[\\w-]{8,}+\\.[\\w-]{8,}+(?:\\.[\\w-]++)?"),
            Pattern.compile("\\b(sk-)[\\w-]{12,}+"),
            Pattern.compile("\\b()(?:AKIA|ASIA)[A-Z0-9]{16}\\b"),
            Pattern.compile("\\b()(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza)[\\w-]{16,}+"),
            Pattern.compile("(?s)(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----).*?(?=-----END|$)"));

    /** One of these is in whatever a shape matches; most texts have none and are searched no further. */
    private static final List<String> SIGNS = List.of(
            "=", ":", "earer ", "EARER ", "eyJ", "sk-", "AKIA", "ASIA", "gh", "glpat-", "xox", "AIza", "PRIVATE KEY");

    private final List<Term> terms = new ArrayList<>();

    private final List<Pattern> values;

    private final Map<String, Boolean> keys = new HashMap<>();

    // Apart: what stands before an equals sign in free text is without number.
    private final Map<String, Boolean> assigned = new HashMap<>();

    Masking(Collection<String> terms, List<Pattern> values) {
        for (String term : terms) {
            List<String> words = words(term);
            if (!words.isEmpty()) {
                String joined = String.join("", words);
                boolean inside = TelemetrySettings.DEFAULT_MASKED_KEYS.contains(term) || joined.length() >= LONG;
                this.terms.add(new Term(words, joined, inside));
            }
        }
        this.values = values;
    }

    /** Returns whether what stands under that key is a secret. */
    boolean masks(String key) {
        return masks(key, this.keys);
    }

    private boolean masks(String key, Map<String, Boolean> known) {
        Boolean masks = known.get(key);
        if (masks == null) {
            masks = isSecret(key);
            if (known.size() < CACHE_SIZE) {
                known.put(key, masks);
            }
        }
        return masks;
    }

    /** Returns the text without the credentials in it; the same object when there are none. */
    String mask(String text) {
        String masked = text;
        if (SIGNS.stream().anyMatch(text::contains)) {
            for (Pattern shape : SHAPES) {
                masked = shape.matcher(masked).replaceAll("$1" + MASK);
            }
            masked = maskAssignments(masked);
        }
        for (Pattern value : this.values) {
            masked = value.matcher(masked).replaceAll(Matcher.quoteReplacement(MASK));
        }
        return masked.equals(text) ? text : masked;
    }

    /** Returns the text without what is assigned to a key that holds secrets. */
    private String maskAssignments(String text) {
        Matcher found = ASSIGNMENT.matcher(text);
        StringBuilder masked = new StringBuilder();
        int copied = 0;
        int next = 0;
        while (found.find(next)) {
            // "Unexpected token: x" tells of a parser.
            boolean parser =
                    found.group(1).equalsIgnoreCase("token") && found.group(2).startsWith(":");
            if (parser || text.startsWith("**", found.start(3)) || !masks(found.group(1), this.assigned)) {
                // The value may be a key itself: "login failed: password=x".
                next = found.start(3);
            } else {
                masked.append(text, copied, found.start(3)).append(MASK);
                copied = found.end();
                next = copied;
            }
        }
        return masked.append(text, copied, text.length()).toString();
    }

    private boolean isSecret(String key) {
        List<String> words = words(key);
        // Segments as they stand too: a hump within an acronym (APIkey) is seen in the wrong place.
        List<String> whole = new ArrayList<>(words);
        for (String segment : NO_WORD.split(key)) {
            whole.add(singular(segment.toLowerCase(Locale.ROOT)));
        }
        boolean counted = isCounted(words);
        for (Term term : this.terms) {
            boolean found = contains(words, term.words)
                    || (term.inside && whole.stream().anyMatch(term::isWithin));
            if (found && !(counted && term.joined.equals("token"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(List<String> words, List<String> term) {
        for (int i = 0; i + term.size() <= words.size(); i++) {
            if (words.subList(i, i + term.size()).equals(term)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCounted(List<String> words) {
        boolean counting = words.contains("tokens");
        for (String word : words) {
            if (OPENING.contains(word)) {
                return false;
            }
            counting |= COUNTING.contains(word);
        }
        return counting;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : NO_WORD.split(HUMP.matcher(text).replaceAll("_"))) {
            if (!word.isEmpty()) {
                words.add(singular(word.toLowerCase(Locale.ROOT)));
            }
        }
        // Several tokens are a count, unless they open something.
        int tokens = words.indexOf("tokens");
        if (tokens > 0 && OPENING.contains(words.get(tokens - 1))) {
            words.set(tokens, "token");
        }
        return words;
    }

    private static String singular(String word) {
        String plain = NUMBER.matcher(word).replaceAll("");
        return plain.length() > 3 && plain.endsWith("s") && !plain.endsWith("ss") && !plain.equals("tokens")
                ? plain.substring(0, plain.length() - 1)
                : plain;
    }

    /**
     * What is looked for in keys.
     *
     * @param words of it
     * @param joined the same without boundaries
     * @param inside whether it is found within a longer word
     */
    private record Term(List<String> words, String joined, boolean inside) {

        boolean isWithin(String word) {
            if (PLAIN.contains(word)) {
                return false;
            }
            boolean anywhere = this.words.size() == 1 && this.joined.length() > LONG;
            return anywhere ? word.contains(this.joined) : word.endsWith(this.joined);
        }
    }
}
