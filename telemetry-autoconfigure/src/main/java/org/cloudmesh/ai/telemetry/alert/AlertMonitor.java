package org.cloudmesh.ai.telemetry.alert;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Claims;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates rules once a minute over what is stored, and tells of each change.
 *
 * <p>Whether an alert fires survives a restart, since each change is a record: the newest one of a rule and key says
 * how it stood. A figure that no record tells ends an alert; a store that cannot answer does not, since nothing is
 * known then. A change is told in this order: record, log, listener, webhook. Where several nodes evaluate the same
 * rules over one store, each logs and tells its own listener, and the one that is first makes the record and calls the
 * webhook. Thread-safe.
 */
public final class AlertMonitor implements AutoCloseable {

    /** Event of the records that tell of changes. */
    public static final String EVENT = "telemetry.alert";

    static final String NAME = "alert";

    static final String KEY = "key";

    static final String VALUE = "value";

    static final String THRESHOLD = "threshold";

    private static final Logger logger = LoggerFactory.getLogger(AlertMonitor.class);

    private static final Duration FIRST = Duration.ofSeconds(5);

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    // Each node looks once in that time, so all have seen a change by then.
    private static final Duration SEEN_BY_ALL = INTERVAL.multipliedBy(2);

    // As many groups as an answer holds.
    private static final int MAX_RESTORED = TelemetryReader.MAX_ITEMS;

    private final Telemetry telemetry;

    private final TelemetryReader reader;

    private final String command;

    private final Claims claims;

    private final Consumer<TelemetryAlertEvent> listener;

    private final Clock clock;

    private final AlertEvaluation evaluation;

    private final AlertWebhook webhook;

    private final Map<AlertRule, Standing> standings = new LinkedHashMap<>();

    private @Nullable ScheduledThreadPoolExecutor executor;

    private boolean closed;

    /**
     * Creates a monitor that has not started.
     *
     * @param rules with names of their own
     * @param telemetry takes the records of changes
     * @param reader answers what rules ask
     * @param command the program whose rules these are: those of another one in the same store may have the same names
     * @param claims settles which of several nodes tells of a change
     * @param listener is told of each change, on the monitor's thread; what it throws is logged
     * @param clock its zone decides when a day begins
     */
    public AlertMonitor(
            List<AlertRule> rules,
            Telemetry telemetry,
            TelemetryReader reader,
            String command,
            Claims claims,
            Consumer<TelemetryAlertEvent> listener,
            Clock clock) {
        this.telemetry = telemetry;
        this.reader = reader;
        this.command = command;
        this.claims = claims;
        this.listener = listener;
        this.clock = clock;
        this.evaluation = new AlertEvaluation(reader, clock.getZone());
        this.webhook = new AlertWebhook();
        for (AlertRule rule : rules) {
            this.standings.put(rule, new Standing());
        }
    }

    /** Begins to evaluate, on a thread of its own, unless it does already. */
    public synchronized void start() {
        boolean running = this.executor != null && !this.executor.isShutdown();
        if (running || this.closed || this.standings.isEmpty()) {
            return;
        }
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, (task) -> {
            Thread thread = new Thread(task, "telemetry-alerts");
            thread.setDaemon(true);
            return thread;
        });
        executor.scheduleWithFixedDelay(this::evaluate, FIRST.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        this.executor = executor;
    }

    /** Evaluates all rules now. A rule that cannot be evaluated leaves the others alone. */
    public void evaluate() {
        synchronized (this.evaluation) {
            this.standings.forEach((rule, standing) -> {
                try {
                    evaluate(rule, standing);
                } catch (Throwable ex) {
                    // Whatever escapes ends the schedule without a word, and with it all alerts.
                    logger.warn("The alert {} could not be evaluated", rule.name(), ex);
                    standing.forgetValues(this.clock.instant());
                }
            });
        }
    }

    /** Returns how each rule and key stands as of the latest evaluation, in the order of the rules. */
    public List<AlertStatus> alerts() {
        List<AlertStatus> alerts = new ArrayList<>();
        this.standings.forEach((rule, standing) -> standing.addTo(rule, alerts));
        return alerts;
    }

    /** Returns how many keys of a rule fire. */
    public long firing(String rule) {
        return alerts().stream()
                .filter((alert) -> alert.name().equals(rule) && alert.state() == AlertState.FIRING)
                .count();
    }

    /** Returns the names of the rules. */
    public List<String> names() {
        return this.standings.keySet().stream().map(AlertRule::name).toList();
    }

    /** Stops evaluating until the next start. An evaluation that is under way goes on to its end. */
    public synchronized void stop() {
        if (this.executor != null) {
            this.executor.shutdown();
        }
    }

    /** Stops evaluating for good; changes that a webhook was not sent yet are lost for it. */
    @Override
    public synchronized void close() {
        this.closed = true;
        if (this.executor != null) {
            this.executor.shutdownNow();
        }
        this.webhook.close();
    }

    private void evaluate(AlertRule rule, Standing standing) {
        Instant now = this.clock.instant();
        try {
            if (!standing.restored) {
                restore(rule, standing);
                standing.restored = true;
            }
            for (TelemetryAlertEvent change : standing.update(rule, this.evaluation.values(rule, now), now)) {
                tellAlone(rule, change);
            }
        } catch (QueryException ex) {
            logger.debug("The alert {} is unknown: the store cannot answer", rule.name(), ex);
            standing.forgetValues(now);
        }
    }

    /** Tells of a change, and whatever happens leaves those after it to be told: none of them is seen again. */
    private void tellAlone(AlertRule rule, TelemetryAlertEvent change) {
        try {
            tell(rule, change);
        } catch (Throwable ex) {
            logger.warn("A change of the alert {} could not be told", rule.name(), ex);
        }
    }

    private void restore(AlertRule rule, Standing standing) {
        RecordFilter changes = RecordFilter.builder()
                .command(this.command)
                .event(EVENT)
                .attribute(NAME, rule.name())
                .build();
        Set<@Nullable String> seen = new LinkedHashSet<>();
        for (TelemetryRecord record :
                this.reader.records(changes, null, MAX_RESTORED).records()) {
            String key = record.attributes().get(KEY);
            if (seen.add(key) && (rule.by() != null || key == null)) {
                standing.restore(key, record.status().equals(Status.FAILED), record.timestamp());
            }
        }
    }

    private void tell(AlertRule rule, TelemetryAlertEvent change) {
        String key = change.key();
        String text = rule.name() + (key == null ? "" : " (" + key + ")") + (change.firing() ? " fires: " : " ended: ")
                + (change.value() == null ? "no value" : change.value()) + ", " + rule.describe();
        boolean first = isFirst(change);
        if (first) {
            record(change, text);
        }
        if (change.firing()) {
            logger.warn("Alert {}", text);
        } else {
            logger.info("Alert {}", text);
        }
        try {
            this.listener.accept(change);
        } catch (Throwable ex) {
            // An error too, such as a class of the listener that is missing: the webhook is still to be called.
            logger.warn("A listener to the alert {} failed", rule.name(), ex);
        }
        if (first && rule.webhook() != null) {
            this.webhook.send(rule.webhook(), rule, change);
        }
    }

    /** Returns whether no other node has told of this. To tell twice is better than not to tell. */
    private boolean isFirst(TelemetryAlertEvent change) {
        String key = change.key();
        String name = "alert " + this.command + " " + change.alert() + (key == null ? "" : " " + key);
        try {
            return this.claims.claim(name, change.firing() ? "firing" : "ended", SEEN_BY_ALL);
        } catch (RuntimeException | LinkageError ex) {
            logger.debug("Another node may tell of the alert {} as well", change.alert(), ex);
            return true;
        }
    }

    private void record(TelemetryAlertEvent change, String text) {
        RecordBuilder record = this.telemetry
                .record()
                .event(EVENT)
                .status(change.firing() ? Status.FAILED : Status.COMPLETED)
                .metric(THRESHOLD, change.threshold())
                .attribute(NAME, change.alert())
                .message(text)
                .unmetered();
        if (change.value() != null) {
            record.metric(VALUE, change.value());
        }
        if (change.key() != null) {
            record.attribute(KEY, change.key());
        }
        record.emit();
    }

    /** How one rule stands, by key. Whoever asks does not wait for an evaluation. */
    private static final class Standing {

        private final Map<@Nullable String, Instance> instances = new LinkedHashMap<>();

        // Looked at by evaluations alone.
        private boolean restored;

        synchronized void restore(@Nullable String key, boolean firing, Instant since) {
            if (firing) {
                Instance instance = new Instance();
                instance.firing = true;
                instance.state = AlertState.FIRING;
                instance.since = since;
                this.instances.put(key, instance);
            }
        }

        synchronized List<TelemetryAlertEvent> update(
                AlertRule rule, Map<@Nullable String, @Nullable Double> values, Instant now) {
            List<TelemetryAlertEvent> changes = new ArrayList<>();
            Set<@Nullable String> keys = new LinkedHashSet<>(this.instances.keySet());
            keys.addAll(values.keySet());
            for (String key : keys) {
                Double value = values.get(key);
                Instance instance = this.instances.computeIfAbsent(key, (absent) -> new Instance());
                boolean fires = value != null && rule.fires(value);
                boolean changed = fires != instance.firing;
                instance.firing = fires;
                instance.value = value;
                instance.become(value == null ? AlertState.UNKNOWN : fires ? AlertState.FIRING : AlertState.OK, now);
                if (changed) {
                    changes.add(new TelemetryAlertEvent(rule.name(), fires, value, rule.threshold(), key, now));
                }
                if (rule.by() != null && !fires && !values.containsKey(key)) {
                    // A group that is gone from the window: keeping it would let this map grow for ever.
                    this.instances.remove(key);
                }
            }
            return changes;
        }

        synchronized void forgetValues(Instant now) {
            this.instances.values().forEach((instance) -> {
                instance.value = null;
                instance.become(AlertState.UNKNOWN, now);
            });
        }

        synchronized void addTo(AlertRule rule, List<AlertStatus> alerts) {
            if (this.instances.isEmpty()) {
                alerts.add(new AlertStatus(rule.name(), AlertState.UNKNOWN, null, null, rule.threshold(), null));
            }
            this.instances.forEach((key, instance) -> alerts.add(new AlertStatus(
                    rule.name(), instance.state, instance.since, instance.value, rule.threshold(), key)));
        }
    }

    /** How one key of a rule stands. Firing outlives a time in which the store cannot answer. */
    private static final class Instance {

        private boolean firing;

        private AlertState state = AlertState.UNKNOWN;

        private @Nullable Instant since;

        private @Nullable Double value;

        void become(AlertState state, Instant now) {
            if (state != this.state || this.since == null) {
                this.state = state;
                this.since = now;
            }
        }
    }
}
