package org.cloudmesh.ai.telemetry.autoconfigure;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.ai.ObservationSelection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Says in the log, once at the start, which chosen observations of Spring AI something hides: they give no records. */
class HiddenObservations implements SmartInitializingSingleton {

    private static final Logger logger = LoggerFactory.getLogger(HiddenObservations.class);

    private static final List<String> NAMES = List.of("gen_ai.client.operation", "spring.ai.tool");

    private static final String SETTINGS_PREDICATE =
            "org.springframework.boot.micrometer.observation.autoconfigure.PropertiesObservationFilterPredicate";

    private final ObjectProvider<ObservationRegistry> registry;

    private final ListableBeanFactory beans;

    private final ObservationSelection selection;

    HiddenObservations(
            ObjectProvider<ObservationRegistry> registry, ListableBeanFactory beans, ObservationSelection selection) {
        this.registry = registry;
        this.beans = beans;
        this.selection = selection;
    }

    @Override
    public void afterSingletonsInstantiated() {
        ObservationRegistry registry = this.registry.getIfUnique();
        if (registry == null || registry.isNoop()) {
            return;
        }
        for (String name : NAMES) {
            List<String> hiding = this.selection.chooses(name) ? hiding(name) : List.of();
            if (!hiding.isEmpty()) {
                logger.warn("{} is not recorded: it is hidden by {}", name, String.join(", ", hiding));
            }
        }
    }

    private List<String> hiding(String name) {
        List<String> hiding = new ArrayList<>();
        this.beans.getBeansOfType(ObservationPredicate.class, true, false).forEach((bean, predicate) -> {
            if (hides(predicate, name)) {
                hiding.add(
                        predicate.getClass().getName().equals(SETTINGS_PREDICATE)
                                ? "management.observations.enable." + name + " or a shorter name"
                                : "the bean " + bean);
            }
        });
        return hiding;
    }

    private static boolean hides(ObservationPredicate predicate, String name) {
        try {
            return !predicate.test(name, new Observation.Context());
        } catch (RuntimeException ex) {
            // It looks at what only a real observation has.
            return false;
        }
    }
}
