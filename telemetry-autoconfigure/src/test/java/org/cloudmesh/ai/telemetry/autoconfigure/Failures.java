package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationContext;

/** What a person is told when telemetry cannot work. */
final class Failures {

    private Failures() {}

    /** Returns the description and the action that Spring Boot would print; empty when it knows of none. */
    static String analysis(Throwable failure) {
        FailureAnalysis analysis = new TelemetryConfigurationFailureAnalyzer().analyze(failure);
        return analysis == null ? "" : analysis.getDescription() + "\n" + analysis.getAction();
    }

    /** Returns the state of each store by its name. */
    static Map<String, StoreStatus> stores(ApplicationContext context) {
        Map<String, StoreStatus> stores = new LinkedHashMap<>();
        context.getBean(PipelineView.class).stores().forEach((store) -> stores.put(store.backend(), store));
        return stores;
    }
}
