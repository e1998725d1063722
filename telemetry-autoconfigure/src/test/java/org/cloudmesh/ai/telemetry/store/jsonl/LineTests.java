package org.cloudmesh.ai.telemetry.store.jsonl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;
import org.junit.jupiter.api.Test;

class LineTests {

    private final RecordReader reader = new RecordReader(ZoneOffset.UTC);

    private final Line line = new Line(this.reader);

    @Test
    void seesInALineWhatJacksonSees() {
        long seed = System.nanoTime();
        List<TelemetryRecord> records = new ArrayList<>(Records.random(seed, 2_000));
        for (String text : Records.NASTY_TEXTS) {
            records.add(TelemetryRecord.builder(Records.origin("t", text, text), 1, Records.START)
                    .event(text)
                    .metrics(new String[] {text}, new double[] {new Random(seed).nextGaussian()})
                    .attributes(Map.of(text, text))
                    .system(Map.of(text, text))
                    .message(text)
                    .build());
        }
        for (TelemetryRecord record : records) {
            byte[] json = (RecordJson.write(record) + "\n").getBytes(StandardCharsets.UTF_8);
            assertThat(this.line.read(json, 0, json.length))
                    .as("seed %d: %s", seed, record)
                    .isEqualTo(json.length);
            TelemetryRecord expected = this.reader.read(json, 0, json.length - 1, () -> 0);
            assertThat(RecordJson.fields(this.line.record()))
                    .as("seed %d", seed)
                    .isEqualTo(RecordJson.fields(expected))
                    .isEqualTo(RecordJson.fields(record));
            assertThat(this.line.record().origin()).isSameAs(expected.origin());
        }
    }

    @Test
    void takesNoDamagedLine() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (TelemetryRecord record : Records.random(seed, 3_000)) {
            byte[] json = (RecordJson.write(record) + "\n").getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 4; i++) {
                byte[] damaged = json.clone();
                int at = random.nextInt(json.length - 1);
                damaged[at] =
                        "\u0000\n\"\\{},:0-.eEx \u007f\u00ff".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(17)];
                if (this.line.read(damaged, 0, damaged.length) >= 0) {
                    TelemetryRecord expected = this.reader.read(damaged, 0, damaged.length - 1, () -> 0);
                    assertThat(expected)
                            .as("seed %d: %s", seed, new String(damaged, StandardCharsets.ISO_8859_1))
                            .isNotNull();
                    assertThat(RecordJson.fields(this.line.record()))
                            .as("seed %d: %s", seed, new String(damaged, StandardCharsets.ISO_8859_1))
                            .isEqualTo(RecordJson.fields(expected));
                }
            }
        }
    }

    @Test
    void numbersAreThoseThatTheJdkReads() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String text = switch (random.nextInt(4)) {
                case 0 -> Double.toString(random.nextGaussian());
                case 1 -> Long.toString(random.nextLong());
                case 2 -> random.nextInt(100) + "." + Long.toUnsignedString(random.nextLong());
                default -> "0." + "0".repeat(random.nextInt(25)) + random.nextInt(Integer.MAX_VALUE);
            };
            byte[] json = text.getBytes(StandardCharsets.US_ASCII);
            assertThat(JsonScanner.number(json, 0, json.length)).isEqualTo(json.length);
            assertThat(JsonScanner.toDouble(json, 0, json.length))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(Double.parseDouble(text));
        }
    }
}
