package org.cloudmesh.ai.telemetry.ai;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.Set;
import org.cloudmesh.ai.telemetry.TraceContext;
import org.jspecify.annotations.Nullable;

/**
 * Records each chosen observation when it stops: one record for one call. Scopes of any observation are the place in a
 * trace of what happens in them. Register it beside the handlers of metrics and tracing, which it leaves alone.
 * Thread-safe.
 */
public final class TelemetryObservationHandler implements ObservationHandler<Observation.Context> {

    /** Observations above model calls: they begin on the caller's own thread, where a stream's model call may not. */
    private static final String CHAT_CLIENT = "spring.ai.chat.client";

    /** Observations beneath model calls, of the clients by which they are made. */
    private static final Set<String> HTTP_CLIENTS = Set.of("http.client.requests", "okhttp.requests");

    private static final String MODEL_CALLS = "gen_ai.client.";

    private static final boolean SPANS = TraceIds.isPresent("io.opentelemetry.sdk.trace.SpanProcessor");

    private final AiRecorder recorder;

    private final ObservationSelection selection;

    private volatile @Nullable ObservedCalls calls;

    /** Creates a handler that records the observations of this selection. */
    public TelemetryObservationHandler(AiRecorder recorder, ObservationSelection selection) {
        this.recorder = recorder;
        this.selection = selection;
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        // The name may not be known yet.
        return true;
    }

    @Override
    public void onStart(Observation.Context context) {
        String name = context.getName();
        if (name != null && this.selection.chooses(name)) {
            calls().begin(name, context);
            observed(context, name.startsWith(MODEL_CALLS));
            return;
        }
        ObservedPlaces.begin(context);
        if (CHAT_CLIENT.equals(name)) {
            calls().rememberCaller(context);
        }
    }

    @Override
    public void onScopeOpened(Observation.Context context) {
        ObservedPlaces.scopeOpened(context);
    }

    @Override
    public void onScopeClosed(Observation.Context context) {
        TraceContext.unbind(context);
    }

    @Override
    public void onStop(Observation.Context context) {
        // Handlers stop in the reverse order of their start: the tracer ends the span after this.
        observed(context, false);
        ObservedCalls calls = this.calls;
        if (calls == null) {
            return;
        }
        if (HTTP_CLIENTS.contains(String.valueOf(context.getName()))) {
            calls.request(context);
        }
        calls.end(context);
    }

    private void observed(Observation.Context context, boolean model) {
        TraceIds trace = SPANS ? TraceIds.traced(context) : null;
        if (trace != null) {
            this.recorder.observed(trace.spanId(), model);
        }
    }

    private ObservedCalls calls() {
        // What reads observations is loaded with the first of them. Two at once are no harm: it has no state.
        ObservedCalls calls = this.calls;
        if (calls == null) {
            calls = new ObservedCalls(this.recorder);
            this.calls = calls;
        }
        return calls;
    }
}
