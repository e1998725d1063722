package org.cloudmesh.ai.telemetry.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.TelemetryReader;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application with its own H2, Flyway, Spring Data JDBC repository and transactions: telemetry touches none of it.
 */
class HostApplicationTests {

    @TempDir
    Path directory;

    @Test
    void theHostsDatabaseBehavesAsBefore() throws Exception {
        Path file = this.directory.resolve("telemetry.db");
        try (ConfigurableApplicationContext context = start("telemetry.path=" + file)) {
            assertThat(context.getBean(DataSource.class)
                            .getConnection()
                            .getMetaData()
                            .getURL())
                    .startsWith("jdbc:h2:mem:host");
            assertThat(context.getBeanNamesForType(DataSource.class)).hasSize(1);
            assertThat(context.getBeanNamesForType(PlatformTransactionManager.class))
                    .hasSize(1);
            assertThat(context.getBeanNamesForType(JdbcTemplate.class)).hasSize(1);
            assertThat(context.getBeanNamesForType(Flyway.class)).hasSize(1);

            BookRepository books = context.getBean(BookRepository.class);
            books.save(new Book(null, "Meditations"));
            assertThat(books.findAll()).extracting(Book::title).containsExactly("Meditations");
            assertThat(context.getBean(JdbcClient.class)
                            .sql("select count(*) from book")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);

            Telemetry telemetry = context.getBean(Telemetry.class);
            new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
                    .executeWithoutResult((status) -> {
                        books.save(new Book(null, "Rolled back"));
                        telemetry.emit("inside_transaction", 1, Status.COMPLETED);
                        status.setRollbackOnly();
                    });
            assertThat(books.count()).isEqualTo(1);
            assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
            // A recorder that took part in the host's transaction would have rolled back with it.
            assertThat(context.getBean(TelemetryReader.class)
                            .metrics(RecordFilter.ALL)
                            .metrics()
                            .toString())
                    .contains("inside_transaction");
            assertThat(file).exists();

            String health = get(context, "/actuator/health");
            assertThat(health)
                    .contains("\"db\":{\"details\":{\"database\":\"H2\"")
                    .doesNotContain("SQLite");
        }
    }

    @Test
    void theSameBeansAreThereWithAndWithoutTelemetry() {
        List<String> without = beans("telemetry.enabled=false");
        List<String> with = beans("telemetry.path=" + this.directory.resolve("telemetry.db"));
        with.removeAll(without);
        assertThat(with).allMatch((name) -> name.toLowerCase(Locale.ROOT).contains("telemetry"));
    }

    private static List<String> beans(String property) {
        try (ConfigurableApplicationContext context = start(property)) {
            return new ArrayList<>(Arrays.asList(context.getBeanDefinitionNames()));
        }
    }

    private static ConfigurableApplicationContext start(String property) {
        SpringApplication application = new SpringApplication(Host.class);
        // The OpenAI starter is on the class path of these tests for others; this host calls no model.
        application.setDefaultProperties(Map.of(
                "spring.ai.model.chat", "none",
                "spring.ai.model.embedding", "none",
                "spring.ai.model.image", "none",
                "spring.ai.model.moderation", "none",
                "spring.ai.model.audio.speech", "none",
                "spring.ai.model.audio.transcription", "none"));
        return application.run(
                "--" + property,
                "--server.port=0",
                "--spring.main.web-application-type=servlet",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=jdbc:h2:mem:host" + System.nanoTime(),
                "--spring.flyway.locations=classpath:db/migration/host",
                "--management.endpoint.health.show-details=always");
    }

    private static String get(ConfigurableApplicationContext context, String path) throws Exception {
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Host {}
}
