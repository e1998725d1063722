package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresSettings;
import org.cloudmesh.ai.telemetry.store.postgresql.PostgresStoreFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the stores that a fleet shares, each only where {@code telemetry.backend} names it. They take the
 * application's own connections.
 */
@AutoConfiguration(
        before = TelemetryAutoConfiguration.class,
        afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnTelemetryBackend({"jdbc"})
public final class TelemetryFleetAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("jdbc")
    @ConditionalOnClass(JdbcTemplate.class)
    @EnableConfigurationProperties(TelemetryJdbcProperties.class)
    static class JdbcConfiguration {

        private static final String CONNECT_SECONDS = "5";

        @Bean
        StoreFactory telemetryJdbcStoreFactory(
                TelemetryProperties telemetry,
                TelemetryJdbcProperties properties,
                ObjectProvider<DataSource> dataSource,
                @TelemetryDataSource ObjectProvider<DataSource> telemetryDataSource) {
            PostgresSettings settings;
            try {
                settings = new PostgresSettings(
                        telemetry.getNode(),
                        properties.getInitializeSchema() == TelemetryJdbcProperties.Initialization.ALWAYS,
                        properties.getSchema(),
                        properties.getTablePrefix(),
                        properties.getMaxAge());
            } catch (IllegalArgumentException ex) {
                throw new TelemetryConfigurationException(
                        "telemetry.jdbc.table-prefix",
                        properties.getTablePrefix(),
                        String.valueOf(ex.getMessage()),
                        "Choose another one, for example telemetry_ or monitoring.telemetry_",
                        ex);
            }
            String url = properties.getUrl();
            if (StringUtils.hasText(url)) {
                return ownDataSource(url, properties, settings);
            }
            DataSource found = telemetryDataSource.getIfAvailable(dataSource::getIfUnique);
            Supplier<DataSource> supplier = () -> {
                if (found == null) {
                    throw new IllegalStateException("there is no DataSource, or more than one. Set telemetry.jdbc.url,"
                            + " or mark one with @TelemetryDataSource");
                }
                return found;
            };
            return new PostgresStoreFactory(supplier, settings, () -> {});
        }

        /** Not a bean: another DataSource would make the application's own back off. */
        private static StoreFactory ownDataSource(
                String url, TelemetryJdbcProperties properties, PostgresSettings settings) {
            Properties connection = new Properties();
            put(connection, "user", properties.getUsername());
            put(connection, "password", properties.getPassword());
            connection.setProperty("connectTimeout", CONNECT_SECONDS);
            connection.setProperty("cancelSignalTimeout", CONNECT_SECONDS);
            connection.setProperty("ApplicationName", "telemetry");
            KeptConnections dataSource = new KeptConnections(new DriverManagerDataSource(url, connection));
            return new PostgresStoreFactory(() -> dataSource, settings, dataSource::close);
        }

        private static void put(Properties properties, String name, @Nullable String value) {
            if (value != null) {
                properties.setProperty(name, value);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("jdbc")
    @ConditionalOnMissingClass("org.springframework.jdbc.core.JdbcTemplate")
    static class MissingJdbcConfiguration {

        @Bean
        StoreFactory telemetryJdbcStoreFactory() {
            return new MissingStoreFactory("jdbc", "org.springframework:spring-jdbc");
        }
    }
}
