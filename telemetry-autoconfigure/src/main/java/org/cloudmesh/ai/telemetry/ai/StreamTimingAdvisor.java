package org.cloudmesh.ai.telemetry.ai;

import org.cloudmesh.ai.telemetry.reactor.TelemetryAttributes;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import org.springframework.core.Ordered;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/**
 * Times the chunks of what a chat client streams, for the record of the call. The auto-configured chat client builder
 * has it; add it to one that you build yourself. Needs an observed chat model.
 */
public final class StreamTimingAdvisor implements StreamAdvisor {

    /** Creates the advisor; one serves all clients. */
    public StreamTimingAdvisor() {}

    @Override
    public Flux<ChatClientResponse> adviseStream(ChatClientRequest request, StreamAdvisorChain chain) {
        return new TimedFlux(chain.nextStream(request));
    }

    @Override
    public String getName() {
        return "telemetry";
    }

    @Override
    public int getOrder() {
        // Next to the model, so that each turn of a loop over tools is timed by itself.
        return Ordered.LOWEST_PRECEDENCE - 1;
    }

    private static final class TimedFlux extends FluxOperator<ChatClientResponse, ChatClientResponse> {

        private TimedFlux(Flux<ChatClientResponse> source) {
            super(source);
        }

        @Override
        public void subscribe(CoreSubscriber<? super ChatClientResponse> subscriber) {
            StreamTiming timing = new StreamTiming(TelemetryAttributes.of(subscriber.currentContext()));
            Flux<? extends ChatClientResponse> timed = this.source
                    .doOnNext((response) -> timing.chunk(response.chatResponse()))
                    .doOnTerminate(timing::end)
                    .doOnCancel(timing::end);
            timing.during(() -> timed.subscribe(subscriber));
        }
    }
}
