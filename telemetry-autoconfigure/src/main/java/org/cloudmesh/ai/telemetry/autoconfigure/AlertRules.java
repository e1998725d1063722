package org.cloudmesh.ai.telemetry.autoconfigure;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.alert.AlertRule;
import org.cloudmesh.ai.telemetry.alert.AlertWindow;
import org.cloudmesh.ai.telemetry.store.Dimension;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.rollup.NamePattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;

/** Makes rules out of properties, and says which property is wrong. */
final class AlertRules {

    private AlertRules() {}

    /**
     * Returns the rules in their order.
     *
     * @throws TelemetryConfigurationException when one cannot work
     */
    static List<AlertRule> of(TelemetryAlertProperties properties) {
        List<AlertRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int index = 0;
        for (TelemetryAlertProperties.Alert alert : properties.getAlerts()) {
            String prefix = "telemetry.alerts[" + index++ + "]";
            String name = alert.getName();
            if (!StringUtils.hasText(name)) {
                throw broken(prefix + ".name", name, "a rule needs a name", "Give it one of its own");
            }
            if (!names.add(name)) {
                throw broken(prefix + ".name", name, "another rule has this name", "Give each rule a name of its own");
            }
            rules.add(rule(prefix, name, alert));
        }
        return rules;
    }

    private static AlertRule rule(String prefix, String name, TelemetryAlertProperties.Alert alert) {
        Double above = alert.getAbove();
        Double below = alert.getBelow();
        if (above != null && below != null) {
            throw broken(prefix + ".below", below, "the rule has 'above' too", "Make two rules of it");
        }
        Double threshold = above != null ? above : below;
        if (threshold == null) {
            throw broken(prefix + ".above", null, "the rule has no threshold", "Set either 'above' or 'below'");
        }
        String metric = StringUtils.hasText(alert.getMetric()) ? alert.getMetric() : null;
        try {
            return new AlertRule(
                    name,
                    metric,
                    alert.getAggregate(),
                    window(prefix, alert.getWindow()),
                    threshold,
                    above != null,
                    dimension(prefix, alert.getBy()),
                    filter(prefix, alert),
                    webhook(alert.getWebhook()));
        } catch (IllegalArgumentException ex) {
            throw new TelemetryConfigurationException(
                    prefix,
                    name,
                    String.valueOf(ex.getMessage()),
                    "Correct the rule; docs/alerts.md describes each part",
                    ex);
        }
    }

    private static @Nullable URI webhook(@Nullable URI webhook) {
        return webhook == null || webhook.toString().isBlank() ? null : webhook;
    }

    private static AlertWindow window(String prefix, String text) {
        if (text.equals(AlertWindow.today().text())) {
            return AlertWindow.today();
        }
        if (text.equals(AlertWindow.thisMonth().text())) {
            return AlertWindow.thisMonth();
        }
        try {
            return new AlertWindow(text, DurationStyle.detectAndParse(text));
        } catch (IllegalArgumentException ex) {
            throw new TelemetryConfigurationException(
                    prefix + ".window",
                    text,
                    "it is not a window",
                    "Choose a duration such as 15m, today or this-month",
                    ex);
        }
    }

    private static @Nullable Dimension dimension(String prefix, @Nullable String by) {
        if (!StringUtils.hasText(by)) {
            return null;
        }
        Dimension dimension = Dimension.parse(by);
        if (dimension == null) {
            throw broken(prefix + ".by", by, "groups cannot be made by it", "Choose one of " + Dimension.FORMS);
        }
        return dimension;
    }

    private static RecordFilter filter(String prefix, TelemetryAlertProperties.Alert alert) {
        RecordFilter.Builder filter = RecordFilter.builder()
                .command(alert.getCommand())
                .run(alert.getRun())
                .status(
                        StringUtils.hasText(alert.getStatus())
                                ? Status.of(alert.getStatus()).value()
                                : null)
                .event(alert.getEvent() == null ? null : NamePattern.parse(alert.getEvent()))
                .trace(alert.getTrace())
                .node(alert.getNode())
                .text(alert.getText());
        for (String attribute : alert.getAttribute()) {
            int colon = attribute.indexOf(':');
            if (colon <= 0) {
                throw broken(prefix + ".attribute", attribute, "it is no key and value", "Write it as key:value");
            }
            filter.attribute(attribute.substring(0, colon), NamePattern.parse(attribute.substring(colon + 1)));
        }
        return filter.build();
    }

    private static TelemetryConfigurationException broken(
            String property, @Nullable Object value, String reason, String action) {
        return new TelemetryConfigurationException(property, value, reason, action, null);
    }
}
