package org.cloudmesh.ai.telemetry.store.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.EpochMicros;
import org.cloudmesh.ai.telemetry.store.RecordFilter;
import org.cloudmesh.ai.telemetry.store.RecordGroup;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The tables, as they are made and as others left them. */
class PostgresSchemaTests {

    private HikariDataSource database;

    private JdbcTemplate sql;

    @BeforeEach
    void createDatabase() {
        this.database = PostgresServer.shared().newPool(4);
        this.sql = new JdbcTemplate(this.database);
    }

    @AfterEach
    void closePool() {
        this.database.close();
    }

    private PostgresStore store(PostgresSettings settings) {
        return new PostgresStore(() -> this.database, settings, Clock.systemUTC());
    }

    @Test
    @FaultRow(
            number = 34,
            injected = "tables of an earlier and of a later version",
            expected = "refused with what to do; the tables are left as they are")
    void tablesOfAnotherVersionAreRefused() throws Exception {
        store(PostgresSettings.defaults()).open();
        this.sql.update("UPDATE telemetry_schema SET version = 1");
        assertRefused("before the first release", "Drop the tables telemetry_*");
        this.sql.update("UPDATE telemetry_schema SET version = 99");
        assertRefused("newer release", "Update this application");
        assertThat(this.sql.queryForList("SELECT version FROM telemetry_schema", Integer.class))
                .containsExactly(99);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    @FaultRow(
            number = 34,
            injected = "tables of versions 2 and 3 with records, opened by two at once",
            expected =
                    "made those of version 4, all records there; refused with the script's name where that is not allowed")
    void tablesOfEarlierVersionsAreUpgraded(int version) throws Exception {
        this.sql.execute(new ClassPathResource("org/cloudmesh/ai/telemetry/store/postgresql/schema-postgresql-2.sql")
                .getContentAsString(StandardCharsets.UTF_8));
        if (version == 3) {
            this.sql.execute("CREATE TABLE telemetry_claim (key uuid NOT NULL PRIMARY KEY, name text NOT NULL,"
                    + " state text NOT NULL, changed timestamptz NOT NULL DEFAULT clock_timestamp())");
            this.sql.update("UPDATE telemetry_schema SET version = 3");
        }
        List<TelemetryRecord> records = Records.random(1, 300);
        this.sql.execute("CREATE TABLE telemetry_record_20261125 PARTITION OF telemetry_record"
                + " FOR VALUES FROM ('2026-11-25 00:00+00') TO ('2026-11-26 00:00+00')");
        this.sql.update("INSERT INTO telemetry_process (key, token, node, command, \"user\", started, last_seen)"
                + " VALUES (gen_random_uuid(), 'old', 'n', 'c', '{}', now(), now())");
        this.sql.update("INSERT INTO telemetry_series (key, process, status, metrics)"
                + " VALUES (gen_random_uuid(), 1, 'completed', '{}')");
        this.sql.update("INSERT INTO telemetry_record (time, seq, process, series, numbers)"
                + " SELECT timestamptz '2026-11-25 03:00+00' + i * interval '1 second', i, 1, 1, '{}'"
                + " FROM generate_series(1, 100) i");
        PostgresSettings never =
                new PostgresSettings(null, false, PostgresSettings.SCHEMA, PostgresSettings.TABLE_PREFIX, null);
        assertThatThrownBy(() -> store(never).open()).hasMessageContaining("schema-postgresql-4.sql");
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            try {
                store(PostgresSettings.defaults()).open();
            } catch (StoreException ex) {
                throw new IllegalStateException(ex);
            }
        });
        PostgresStore store = store(PostgresSettings.defaults());
        store.open();
        other.join();
        assertThat(this.sql.queryForList("SELECT version FROM telemetry_schema ORDER BY 1", Integer.class))
                .containsExactly(version, 4);
        store.write(records, true);
        store.write(records, true);
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_record", Long.class))
                .isEqualTo(400);
        PostgresSettings fresh = new PostgresSettings(null, true, PostgresSettings.SCHEMA, "fresh_", null);
        store(fresh).open();
        assertThat(indexes("telemetry_record"))
                .isEqualTo(indexes("fresh_record"))
                .hasSize(2);
    }

    private List<String> indexes(String table) {
        return this.sql.queryForList(
                "SELECT regexp_replace(indexdef, '^.* USING ', '') FROM pg_indexes WHERE tablename = ? ORDER BY 1",
                String.class,
                table);
    }

    private void assertRefused(String reason, String help) {
        assertThatThrownBy(() -> store(PostgresSettings.defaults()).open())
                .hasMessageContaining(reason)
                .hasMessageContaining(help)
                .isInstanceOfSatisfying(
                        StoreException.class, (ex) -> assertThat(ex.remedy()).isEqualTo(StoreException.Remedy.REFUSED));
    }

    @Test
    @FaultRow(
            number = 36,
            injected = "two stores begin at once on an empty database, ten times",
            expected = "one schema, and both write")
    void twoBeginAtOnceOnAnEmptyDatabase() throws Exception {
        for (int round = 0; round < 10; round++) {
            PostgresSettings settings =
                    new PostgresSettings("n" + round, true, PostgresSettings.SCHEMA, "round" + round + "_", null);
            List<CompletableFuture<Void>> starts = new ArrayList<>();
            for (String token : List.of("a", "b")) {
                starts.add(CompletableFuture.runAsync(() -> {
                    PostgresStore store = store(settings);
                    try {
                        store.open();
                        store.write(
                                List.of(TelemetryRecord.builder(Records.origin(token, "c", "r"), 1, Records.START)
                                        .build()),
                                true);
                    } catch (StoreException ex) {
                        throw new IllegalStateException(ex);
                    }
                }));
            }
            starts.forEach(CompletableFuture::join);
            assertThat(this.sql.queryForList("SELECT version FROM round" + round + "_schema", Integer.class))
                    .containsExactly(PostgresSchema.VERSION);
            assertThat(store(settings).source().groups(RecordFilter.ALL, Deadline.none()))
                    .singleElement()
                    .satisfies((group) -> assertThat(group.count()).isEqualTo(2));
        }
    }

    @Test
    void anExtensionMayPartitionRecordsInPlaceOfUs() throws Exception {
        store(PostgresSettings.defaults()).open();
        String view = this.sql.queryForObject("SELECT pg_get_viewdef('telemetry')", String.class);
        this.sql.execute("DROP VIEW telemetry");
        this.sql.execute("ALTER TABLE telemetry_record RENAME TO telemetry_record_plain");
        this.sql.execute("CREATE TABLE telemetry_record (LIKE telemetry_record_plain INCLUDING ALL)");
        this.sql.execute("DROP TABLE telemetry_record_plain");
        this.sql.execute("CREATE VIEW telemetry AS " + view);
        try (HikariDataSource limited = PostgresServer.poolOfALimitedRole(this.sql, 4)) {
            assertKeepsAndSumsUp(limited);
        }
    }

    private void assertKeepsAndSumsUp(DataSource limited) throws Exception {
        Clock later = Clock.fixed(EpochMicros.instant(Records.START).plus(Duration.ofDays(3)), ZoneOffset.UTC);
        PostgresStore store = new PostgresStore(() -> limited, PostgresSettings.defaults(), later);
        store.open();
        List<TelemetryRecord> records = Records.random(1, 500);
        store.write(records, true);
        new Rollups(PostgresSettings.defaults(), new Connections(() -> limited), later, Duration.ZERO, 0).sumUp();
        PostgresSource source = new PostgresSource(PostgresSettings.defaults(), new Connections(() -> limited), 0);
        assertThat(source.groups(RecordFilter.ALL, Deadline.none()).stream()
                        .mapToLong(RecordGroup::count)
                        .sum())
                .isEqualTo(500);
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry_block WHERE summed", Long.class))
                .isPositive();
        assertThat(this.sql.queryForObject("SELECT count(*) FROM telemetry", Long.class))
                .isEqualTo(500);
        store.close();
    }
}
