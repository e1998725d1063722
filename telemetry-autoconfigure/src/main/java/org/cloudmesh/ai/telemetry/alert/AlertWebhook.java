package org.cloudmesh.ai.telemetry.alert;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts changes of alerts as JSON, one after the other, on a thread that ends when there is nothing to send. An address
 * that does not answer with a status below 300 within ten seconds is tried three times; then a warning is logged.
 * Thread-safe.
 */
final class AlertWebhook implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(AlertWebhook.class);

    private static final int TRIES = 3;

    private static final int MAX_WAITING = 1000;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private @Nullable ThreadPoolExecutor executor;

    private @Nullable HttpClient client;

    private boolean closed;

    /** Sends a change soon; never blocks. */
    synchronized void send(URI address, AlertRule rule, TelemetryAlertEvent change) {
        if (this.closed) {
            return;
        }
        try {
            executor().execute(() -> post(address, rule.name(), body(rule, change)));
        } catch (RejectedExecutionException ex) {
            logger.warn("The webhook of the alert {} is too slow: {} changes wait already", rule.name(), MAX_WAITING);
        }
    }

    @Override
    public synchronized void close() {
        this.closed = true;
        if (this.executor != null) {
            this.executor.shutdownNow();
        }
    }

    private ThreadPoolExecutor executor() {
        ThreadPoolExecutor executor = this.executor;
        if (executor == null) {
            executor = new ThreadPoolExecutor(
                    1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), (task) -> {
                        Thread thread = new Thread(task, "telemetry-webhook");
                        thread.setDaemon(true);
                        return thread;
                    });
            executor.allowCoreThreadTimeOut(true);
            this.executor = executor;
        }
        return executor;
    }

    private static String body(AlertRule rule, TelemetryAlertEvent change) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("alert", change.alert());
        body.put("state", (change.firing() ? AlertState.FIRING : AlertState.OK).text());
        body.put("value", change.value());
        body.put("threshold", change.threshold());
        body.put("key", change.key());
        body.put("at", change.at().toString());
        body.put("rule", rule.describe());
        return RecordJson.write(body);
    }

    private void post(URI address, String alert, String body) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        String problem = "";
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                if (tries > 0) {
                    TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE.toMillis() << (tries - 1));
                }
                try {
                    int status = status(request);
                    if (status < 300) {
                        return;
                    }
                    problem = "it answered " + status;
                } catch (ExecutionException ex) {
                    problem = String.valueOf(ex.getCause());
                } catch (TimeoutException ex) {
                    problem = "no answer within " + TIMEOUT.toSeconds() + " s";
                }
            }
        } catch (InterruptedException ex) {
            // The application stops.
            Thread.currentThread().interrupt();
            return;
        }
        // The address may bear a secret.
        logger.warn("The webhook of the alert {} at {} was not told: {}", alert, address.getHost(), problem);
    }

    private int status(HttpRequest request) throws InterruptedException, ExecutionException, TimeoutException {
        Future<HttpResponse<Void>> response = client().sendAsync(request, HttpResponse.BodyHandlers.discarding());
        try {
            return response.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
        } finally {
            // A body without end is not waited for.
            response.cancel(true);
        }
    }

    private HttpClient client() {
        HttpClient client = this.client;
        if (client == null) {
            client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
            this.client = client;
        }
        return client;
    }
}
