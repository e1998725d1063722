package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.cloudmesh.ai.telemetry.store.ForwardingThreads;

/**
 * Keeps the exporters of OpenTelemetry from logging an error with each attempt that failed while records are forwarded:
 * the forwarder tells it once, and health tells it all the time. What they log for others is let through.
 */
final class OtlpExporterLog {

    // Kept here: java.util.logging forgets loggers that nobody holds, and their filters with them.
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger("io.opentelemetry.exporter.internal.http.HttpExporter"),
            Logger.getLogger("io.opentelemetry.exporter.internal.grpc.GrpcExporter"));

    private static boolean quiet;

    private OtlpExporterLog() {}

    static synchronized void quiet() {
        if (quiet) {
            return;
        }
        quiet = true;
        for (Logger logger : LOGGERS) {
            Filter before = logger.getFilter();
            logger.setFilter((line) -> !ForwardingThreads.isCurrent() && (before == null || before.isLoggable(line)));
        }
    }
}
