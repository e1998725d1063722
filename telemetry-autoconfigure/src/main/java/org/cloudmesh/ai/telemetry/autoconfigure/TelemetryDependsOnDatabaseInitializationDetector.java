package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.Set;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitializationDetector;
import org.springframework.core.env.Environment;

/**
 * Lets Flyway, Liquibase or Spring Boot's own scripts run before the start of telemetry, where they make its tables:
 * when {@code telemetry.jdbc.initialize-schema} is not {@code always}. Otherwise nothing waits for anything: the
 * forwarder makes the tables itself, when it first reaches the database.
 */
class TelemetryDependsOnDatabaseInitializationDetector implements DependsOnDatabaseInitializationDetector {

    private final Environment environment;

    TelemetryDependsOnDatabaseInitializationDetector(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Set<String> detect(ConfigurableListableBeanFactory beanFactory) {
        boolean makes = Binder.get(this.environment)
                        .bind("telemetry.jdbc.initialize-schema", TelemetryJdbcProperties.Initialization.class)
                        .orElse(TelemetryJdbcProperties.Initialization.ALWAYS)
                == TelemetryJdbcProperties.Initialization.ALWAYS;
        String factory = TelemetryFleetAutoConfiguration.JdbcConfiguration.FACTORY;
        return makes || !beanFactory.containsBeanDefinition(factory) ? Set.of() : Set.of(factory);
    }
}
