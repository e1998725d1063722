package org.cloudmesh.ai.telemetry.autoconfigure;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.producer.Producer;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.store.StoreFactory;
import org.cloudmesh.ai.telemetry.store.kafka.KafkaStoreFactory;
import org.cloudmesh.ai.telemetry.store.otlp.OtlpStoreFactory;
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
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of the stores that a fleet shares, each only where {@code telemetry.backend} names it. They take
 * the application's own connections.
 */
@AutoConfiguration(
        before = TelemetryAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration",
            "org.springframework.boot.opentelemetry.autoconfigure.logging.otlp.OtlpLoggingAutoConfiguration"
        })
@ConditionalOnTelemetryBackend({"jdbc", "kafka", "otlp"})
public final class TelemetryFleetAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("jdbc")
    @ConditionalOnClass(JdbcTemplate.class)
    @EnableConfigurationProperties(TelemetryJdbcProperties.class)
    static class JdbcConfiguration {

        static final String FACTORY = "telemetryJdbcStoreFactory";

        private static final String CONNECT_SECONDS = "4";

        private static final String ANSWER_SECONDS = "15";

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
            // A server that takes the connection and then says nothing.
            connection.setProperty("loginTimeout", CONNECT_SECONDS);
            connection.setProperty("socketTimeout", ANSWER_SECONDS);
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

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("kafka")
    @ConditionalOnClass({ProducerFactory.class, Producer.class})
    @EnableConfigurationProperties(TelemetryKafkaProperties.class)
    static class KafkaConfiguration {

        @Bean
        StoreFactory telemetryKafkaStoreFactory(
                TelemetryProperties telemetry,
                TelemetryKafkaProperties properties,
                ObjectProvider<ProducerFactory<?, ?>> producers) {
            ProducerFactory<?, ?> found = producers.getIfUnique();
            Supplier<Map<String, Object>> settings = () -> {
                if (found == null) {
                    throw new IllegalStateException(
                            "there is no ProducerFactory, or more than one. Set spring.kafka.bootstrap-servers and add"
                                    + " spring-boot-starter-kafka");
                }
                return found.getConfigurationProperties();
            };
            return new KafkaStoreFactory(settings, properties.getTopic(), telemetry.getNode());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("kafka")
    @ConditionalOnMissingClass("org.springframework.kafka.core.ProducerFactory")
    static class MissingKafkaConfiguration {

        @Bean
        StoreFactory telemetryKafkaStoreFactory() {
            return new MissingStoreFactory("kafka", "org.springframework.boot:spring-boot-starter-kafka");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("otlp")
    @ConditionalOnClass({OtlpHttpLogRecordExporter.class, LogRecordExporter.class})
    @EnableConfigurationProperties(TelemetryOtlpProperties.class)
    static class OtlpConfiguration {

        private static final Duration TIMEOUT = Duration.ofSeconds(10);

        @Bean
        StoreFactory telemetryOtlpStoreFactory(
                TelemetryProperties telemetry,
                TelemetryOtlpProperties properties,
                ObjectProvider<LogRecordExporter> exporters,
                ObjectProvider<Resource> resources) {
            String endpoint = properties.getEndpoint();
            boolean owned = StringUtils.hasText(endpoint);
            LogRecordExporter found = owned ? null : exporters.getIfUnique();
            Supplier<LogRecordExporter> exporter = () -> {
                if (StringUtils.hasText(endpoint)) {
                    return exporter(endpoint, properties);
                }
                if (found == null) {
                    throw new IllegalStateException("there is no endpoint. Set telemetry.otlp.endpoint, or"
                            + " management.opentelemetry.logging.export.otlp.endpoint");
                }
                return found;
            };
            return new OtlpStoreFactory(
                    exporter, owned, resources.getIfUnique(Resource::getDefault), telemetry.getNode());
        }

        /** Without its own retries: the forwarder tries again, for as long as it takes. */
        private static LogRecordExporter exporter(String endpoint, TelemetryOtlpProperties properties) {
            OtlpExporterLog.quiet();
            if (properties.getTransport() == TelemetryOtlpProperties.Transport.GRPC) {
                OtlpGrpcLogRecordExporterBuilder builder = OtlpGrpcLogRecordExporter.builder()
                        .setEndpoint(endpoint)
                        .setRetryPolicy(null)
                        .setTimeout(TIMEOUT);
                properties.getHeaders().forEach(builder::addHeader);
                return builder.build();
            }
            OtlpHttpLogRecordExporterBuilder builder = OtlpHttpLogRecordExporter.builder()
                    .setEndpoint(endpoint)
                    .setRetryPolicy(null)
                    .setTimeout(TIMEOUT);
            properties.getHeaders().forEach(builder::addHeader);
            return builder.build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnTelemetryBackend("otlp")
    @ConditionalOnMissingClass("io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter")
    static class MissingOtlpConfiguration {

        @Bean
        StoreFactory telemetryOtlpStoreFactory() {
            return new MissingStoreFactory("otlp", "io.opentelemetry:opentelemetry-exporter-otlp");
        }
    }
}
