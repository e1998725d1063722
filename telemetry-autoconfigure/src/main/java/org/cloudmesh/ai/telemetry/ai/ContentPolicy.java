package org.cloudmesh.ai.telemetry.ai;

import org.jspecify.annotations.Nullable;

/**
 * How content reaches records.
 *
 * @param masker sees it first
 * @param maxLength characters that are kept of each text
 */
public record ContentPolicy(TelemetryContentMasker masker, int maxLength) {

    /** Keeps content as it is. */
    public static final TelemetryContentMasker UNMASKED = (attribute, content) -> content;

    @Nullable
    String apply(String attribute, String content) {
        String masked;
        try {
            masked = this.masker.mask(attribute, content);
        } catch (RuntimeException ex) {
            return null;
        }
        // Shortened last: a cut could hide half of what the masker looks for.
        return masked == null || masked.length() <= this.maxLength ? masked : masked.substring(0, this.maxLength);
    }
}
