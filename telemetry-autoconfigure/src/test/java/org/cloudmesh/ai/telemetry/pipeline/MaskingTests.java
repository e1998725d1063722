package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryConfigurationException;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.faults.FaultRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys hold secrets, however they are spelled, and which texts. */
class MaskingTests {

    private final Masking masking = new Masking(TelemetrySettings.DEFAULT_MASKED_KEYS, List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OpenAIApiKey",
                "IDToken",
                "APIkey",
                "openaiApiKeys",
                "credentials",
                "api_keys",
                "userpassword",
                "clientsecret",
                "PGPASSWORD",
                "pwd",
                "DB_PWD",
                "passphrase",
                "sshPassphrase",
                "bearer",
                "cookie",
                "set-cookie",
                "Set-Cookie2",
                "cookies",
                "jwt",
                "userJWT",
                "private_key",
                "privateKeyPem",
                "aws_access_key_id",
                "AWS_SECRET_ACCESS_KEY",
                "awsaccesskeyid",
                "Ocp-Apim-Subscription-Key",
                "x-api-key",
                "apikey",
                "openaiapikey",
                "accessToken",
                "ACCESS_TOKEN",
                "accesstoken",
                "access_tokens",
                "refresh-token",
                "token",
                "token2",
                "authorization",
                "Proxy-Authorization",
                "spring.datasource.password",
                "client.secret",
                "secrets",
                "id_token_count"
            })
    void secrets(String key) {
        assertThat(this.masking.masks(key)).as(key).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max_tokens",
                "input_tokens",
                "maxTokens",
                "gen_ai.usage.output_tokens",
                "gen_ai.token.type",
                "tokens",
                "tokenizer",
                "tokens_per_sec",
                "time_to_first_token",
                "token_count",
                "secretary",
                "author",
                "authority",
                "key",
                "primary_key",
                "cacheKey",
                "monkey",
                "keyboard",
                "access",
                "passage",
                "bypass",
                "user",
                "id",
                "model",
                "address",
                "class",
                "status",
                "apiVersion",
                "private",
                "session"
            })
    void plainWords(String key) {
        assertThat(this.masking.masks(key)).as(key).isFalse();
    }

    @Test
    void termsOfOnesOwnAreFoundInEachSpellingToo() {
        Masking own = new Masking(List.of("customerSsn", "card"), List.of());
        assertThat(List.of("customer_ssn", "CUSTOMER-SSN", "customerSsns", "customerssn", "card", "credit_card"))
                .allMatch(own::masks);
        assertThat(List.of("ssn", "discard", "cardinality")).noneMatch(own::masks);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "401 for Authorization: Bearer s3cr3t-value-123",
                "authorization=Basic s3cr3t-value-123",
                "{\"Authorization\": \"s3cr3t-value-123\"}",
                "sent bearer s3cr3t-value-123 to the server",
                "cannot reach https://user:s3cr3t-value-123@host:5432/db?x=1",
                "jdbc:postgresql://app:s3cr3t-value-123@host/db",
                "https://s3cr3t-value-123@host/",
                "https://user:p@s3cr3t-value-123@host/",
                "connect failed: password=s3cr3t-value-123, user=app",
                "{\"client_secret\": \"s3cr3t-value-123\"}",
                "GET /v1?api_key=s3cr3t-value-123&x=1",
                "key sk-proj-s3cr3t-value-123 is invalid",
                "-----BEGIN RSA PRIVATE KEY-----\ns3cr3t-value-123\n-----END RSA PRIVATE KEY-----"
            })
    void credentialsInTexts(String text) {
        assertThat(this.masking.mask(text))
                .doesNotContain("s3cr3t")
                .doesNotContain("value-123")
                .contains(Masking.MASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unexpected token: }",
                "bearer authentication is required",
                "see https://host/path?x=1 and a@b.org",
                "max_tokens=512, temperature: 0.2",
                "time 12:30:05",
                "Basic authentication failed",
                "risk-averse"
            })
    void plainTexts(String text) {
        assertThat(this.masking.mask(text)).isSameAs(text);
    }

    @Test
    void aTextThatNoPatternEndsTakesNoLongTime() {
        for (String part : List.of(
                "a", "://", "a.", "=:", "Bearer ", "eyJ", "authorization ", "x@", "-----BEGIN PRIVATE KEY-----")) {
            long begin = System.nanoTime();
            this.masking.mask(part.repeat(64 * 1024 / part.length()) + "=:");
            assertThat((System.nanoTime() - begin) / 1_000_000).as(part).isLessThan(2_000);
        }
    }

    @Test
    @FaultRow(
            number = 28,
            injected = "credentials in keys, messages, attribute values and the text of an exception",
            expected = "none is kept; counted as masked")
    void nothingOfThemIsKept() {
        CapturingStore store = new CapturingStore();
        Telemetry telemetry = store.recorder();
        telemetry
                .record()
                .event("call")
                .attribute("OpenAIApiKey", "s3cr3t")
                .attribute("url", "https://user:s3cr3t@host/")
                .message("Authorization: Bearer s3cr3t")
                .emit();
        assertThatThrownBy(() -> telemetry.track("work", () -> {
                    throw new IllegalStateException("login with password=s3cr3t failed");
                }))
                .hasMessageContaining("s3cr3t");
        List<TelemetryRecord> records = store.records(telemetry);
        assertThat(records)
                .hasSize(3)
                .noneMatch((record) -> (record.message() + record.attributes()).contains("s3cr3t"));
        assertThat(records.get(0).attributes()).containsEntry("url", "https://******@host/");
        assertThat(records.get(2).message()).isEqualTo("login with password=****** failed");
        telemetry.close();
    }

    @Test
    void expressionsOfOnesOwnAreMasked() {
        Masking own = new Masking(List.of(), List.of(Pattern.compile("CUST-\\d+")));
        assertThat(own.mask("order of CUST-4711")).isEqualTo("order of ******");
        assertThatThrownBy(() -> Telemetry.builder().maskValue("("))
                .isInstanceOf(TelemetryConfigurationException.class)
                .hasMessageContaining("telemetry.masked-values");
    }
}
