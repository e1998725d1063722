package org.cloudmesh.ai.telemetry.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.jspecify.annotations.Nullable;

/** Figures of the recorder as answers carry them. */
final class PipelineStatus {

    private PipelineStatus() {}

    /**
     * Returns the figures of the store that answers, or of the first one; with several, each is under {@code stores}.
     * Empty when there is none.
     */
    static Map<String, @Nullable Object> of(List<StoreStatus> stores) {
        return of(stores, null);
    }

    /** Returns the same, for a store that was chosen by its name. */
    static Map<String, @Nullable Object> of(List<StoreStatus> stores, @Nullable String chosen) {
        StoreStatus first = answering(stores, chosen);
        if (first == null) {
            return Map.of();
        }
        Map<String, @Nullable Object> figures = figures(first);
        if (stores.size() > 1) {
            Map<String, @Nullable Object> each = new LinkedHashMap<>();
            for (StoreStatus store : stores) {
                String name = store.backend();
                for (int i = 2; each.containsKey(name); i++) {
                    name = store.backend() + "-" + i;
                }
                each.put(name, figures(store));
            }
            figures.put("stores", each);
        }
        return figures;
    }

    static @Nullable StoreStatus answering(List<StoreStatus> stores, @Nullable String chosen) {
        return stores.stream()
                .filter((store) ->
                        chosen == null ? store.answers() : store.backend().equals(chosen))
                .findFirst()
                .orElseGet(() -> stores.isEmpty() ? null : stores.get(0));
    }

    static Map<String, @Nullable Object> degraded(StoreStatus store) {
        StoreStatus.Degraded degraded = store.degraded();
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        if (degraded != null) {
            result.put("reason", StoreFailures.withoutDirectories(degraded.reason(), List.of(store)));
            result.put("since", degraded.since().toString());
        }
        return result;
    }

    private static Map<String, @Nullable Object> figures(StoreStatus store) {
        Map<String, @Nullable Object> figures = new LinkedHashMap<>();
        figures.put("accepted", store.accepted());
        figures.put("written", store.written());
        figures.put("queued", store.queued());
        figures.put("dropped", new TreeMap<>(store.dropped()));
        figures.put("normalised", new TreeMap<>(store.normalised()));
        figures.putAll(degraded(store));
        StoreStatus.Forward forward = store.forward();
        if (forward != null) {
            Map<String, @Nullable Object> far = new LinkedHashMap<>();
            far.put("behind", forward.behind());
            far.put("sent", forward.sent());
            far.put("failed", forward.failed());
            far.put("lag", forward.lag());
            figures.put("forward", far);
        }
        return figures;
    }
}
