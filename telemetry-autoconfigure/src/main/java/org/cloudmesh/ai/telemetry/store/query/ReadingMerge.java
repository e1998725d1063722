package org.cloudmesh.ai.telemetry.store.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.SystemReading;
import org.jspecify.annotations.Nullable;

/** Makes one sequence of the readings that records carry and those that were kept between records. */
final class ReadingMerge {

    private static final String SAMPLED_AT = "sampled_at";

    private ReadingMerge() {}

    /**
     * Returns all of both, each reading once, in the order of time; evenly spaced in time when there are too many:
     * records of a busy minute must not push out an idle day.
     */
    static List<SystemReading> merge(List<SystemReading> carried, List<SystemReading> kept, int limit) {
        if (kept.isEmpty()) {
            return carried;
        }
        Set<@Nullable Object> known = new HashSet<>();
        carried.forEach((reading) -> known.add(reading.system().get(SAMPLED_AT)));
        known.remove(null);
        List<SystemReading> all = new ArrayList<>(carried);
        for (SystemReading reading : kept) {
            if (!known.contains(reading.system().get(SAMPLED_AT))) {
                all.add(reading);
            }
        }
        all.sort(Comparator.comparingLong(SystemReading::at));
        return all.size() <= limit ? List.copyOf(all) : thinned(all, Math.max(1, limit));
    }

    private static List<SystemReading> thinned(List<SystemReading> all, int limit) {
        long first = all.get(0).at();
        SystemReading last = all.get(all.size() - 1);
        long step = (last.at() - first) / limit + 1;
        List<SystemReading> chosen = new ArrayList<>();
        long next = first;
        for (SystemReading reading : all) {
            if (reading.at() >= next) {
                chosen.add(reading);
                next = first + ((reading.at() - first) / step + 1) * step;
            }
        }
        if (limit > 1 && chosen.get(chosen.size() - 1) != last) {
            if (chosen.size() == limit) {
                chosen.remove(limit - 1);
            }
            chosen.add(last);
        }
        return List.copyOf(chosen);
    }
}
