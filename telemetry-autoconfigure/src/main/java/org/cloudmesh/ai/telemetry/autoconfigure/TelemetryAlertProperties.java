package org.cloudmesh.ai.telemetry.autoconfigure;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.alert.AlertAggregate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Properties of alerts. */
@ConfigurationProperties("telemetry")
public class TelemetryAlertProperties {

    /** Rules that compare one figure with one threshold, once a minute. */
    private List<Alert> alerts = new ArrayList<>();

    public List<Alert> getAlerts() {
        return this.alerts;
    }

    public void setAlerts(List<Alert> alerts) {
        this.alerts = alerts;
    }

    /** One rule. */
    public static class Alert {

        /** Name that tells the rule from others. */
        private @Nullable String name;

        /** Metric whose values count. Optional for counts and success rates. */
        private @Nullable String metric;

        /** What is made of the values. */
        private AlertAggregate aggregate = AlertAggregate.COUNT;

        /** How far back to look: a duration, today or this-month. */
        private String window = "5m";

        /** Threshold above which the alert fires. */
        private @Nullable Double above;

        /** Threshold below which the alert fires. */
        private @Nullable Double below;

        /** What groups are compared one by one: status, command, event, run or attribute.NAME. */
        private @Nullable String by;

        /** Program whose records count. */
        private @Nullable String command;

        /** Run whose records count. */
        private @Nullable String run;

        /** Status of the records that count. */
        private @Nullable String status;

        /** Event of the records that count; a name that ends in * is a prefix. */
        private @Nullable String event;

        /** Trace whose records count. */
        private @Nullable String trace;

        /** Node of a fleet whose records count. */
        private @Nullable String node;

        /** Text that the message, event or an attribute of the records holds. */
        private @Nullable String text;

        /** Attributes that the records have, each as key:value; a value that ends in * is a prefix. */
        private List<String> attribute = new ArrayList<>();

        /** Address that each change is posted to as JSON. */
        private @Nullable URI webhook;

        public @Nullable String getName() {
            return this.name;
        }

        public void setName(@Nullable String name) {
            this.name = name;
        }

        public @Nullable String getMetric() {
            return this.metric;
        }

        public void setMetric(@Nullable String metric) {
            this.metric = metric;
        }

        public AlertAggregate getAggregate() {
            return this.aggregate;
        }

        public void setAggregate(AlertAggregate aggregate) {
            this.aggregate = aggregate;
        }

        public String getWindow() {
            return this.window;
        }

        public void setWindow(String window) {
            this.window = window;
        }

        public @Nullable Double getAbove() {
            return this.above;
        }

        public void setAbove(@Nullable Double above) {
            this.above = above;
        }

        public @Nullable Double getBelow() {
            return this.below;
        }

        public void setBelow(@Nullable Double below) {
            this.below = below;
        }

        public @Nullable String getBy() {
            return this.by;
        }

        public void setBy(@Nullable String by) {
            this.by = by;
        }

        public @Nullable String getCommand() {
            return this.command;
        }

        public void setCommand(@Nullable String command) {
            this.command = command;
        }

        public @Nullable String getRun() {
            return this.run;
        }

        public void setRun(@Nullable String run) {
            this.run = run;
        }

        public @Nullable String getStatus() {
            return this.status;
        }

        public void setStatus(@Nullable String status) {
            this.status = status;
        }

        public @Nullable String getEvent() {
            return this.event;
        }

        public void setEvent(@Nullable String event) {
            this.event = event;
        }

        public @Nullable String getTrace() {
            return this.trace;
        }

        public void setTrace(@Nullable String trace) {
            this.trace = trace;
        }

        public @Nullable String getNode() {
            return this.node;
        }

        public void setNode(@Nullable String node) {
            this.node = node;
        }

        public @Nullable String getText() {
            return this.text;
        }

        public void setText(@Nullable String text) {
            this.text = text;
        }

        public List<String> getAttribute() {
            return this.attribute;
        }

        public void setAttribute(List<String> attribute) {
            this.attribute = attribute;
        }

        public @Nullable URI getWebhook() {
            return this.webhook;
        }

        public void setWebhook(@Nullable URI webhook) {
            this.webhook = webhook;
        }
    }
}
