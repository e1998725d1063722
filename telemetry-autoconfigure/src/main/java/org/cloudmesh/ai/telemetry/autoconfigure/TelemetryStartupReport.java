package org.cloudmesh.ai.telemetry.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Says in one line, once the application is ready, where telemetry is kept and where it can be looked at. */
class TelemetryStartupReport implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger logger = LoggerFactory.getLogger(TelemetryStartupReport.class);

    private static final String EXPOSURE = "management.endpoints.web.exposure.include";

    private final PipelineView pipeline;

    TelemetryStartupReport(PipelineView pipeline) {
        this.pipeline = pipeline;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        if (!logger.isInfoEnabled()) {
            return;
        }
        try {
            report(event.getApplicationContext());
        } catch (RuntimeException | LinkageError ex) {
            // Thrown on, it would end an application that has started.
            logger.warn("The stores of telemetry could not be listed", ex);
        }
    }

    private void report(ApplicationContext context) {
        boolean actuator = ClassUtils.isPresent(
                "org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints", context.getClassLoader());
        logger.info("Telemetry is kept by {}{}", stores(this.pipeline.stores()), actuator ? Web.describe(context) : "");
    }

    private static String stores(List<StoreStatus> stores) {
        return stores.isEmpty()
                ? "no backend"
                : stores.stream().map(TelemetryStartupReport::store).collect(Collectors.joining(", "));
    }

    private static String store(StoreStatus store) {
        Path path = store.path();
        return path == null ? store.backend() : store.backend() + " in " + path.toAbsolutePath();
    }

    /** Apart, so that it is linked only where the actuator is there. */
    private static final class Web {

        static String describe(ApplicationContext context) {
            PathMappedEndpoints endpoints =
                    context.getBeanProvider(PathMappedEndpoints.class).getIfAvailable();
            if (endpoints == null) {
                return "";
            }
            Environment environment = context.getEnvironment();
            String path = endpoints.getPath(EndpointId.of("telemetry"));
            if (path != null) {
                return "; shown at " + path + port(environment);
            }
            return "; not exposed, to look at it over HTTP: " + EXPOSURE + ": "
                    + environment.getProperty(EXPOSURE, "health") + ",telemetry";
        }

        private static String port(Environment environment) {
            @Nullable String management = environment.getProperty("local.management.port");
            return management == null || management.equals(environment.getProperty("local.server.port"))
                    ? ""
                    : " on port " + management;
        }
    }
}
