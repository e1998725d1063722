package org.cloudmesh.ai.telemetry.store.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.TelemetrySettings.Retention;
import org.cloudmesh.ai.telemetry.store.Records;
import org.cloudmesh.ai.telemetry.store.StoreSettings;
import org.cloudmesh.ai.telemetry.store.TelemetryStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextStoreTests {

    private final TelemetryRecord record = TelemetryRecord.builder(
                    Records.origin("aa", "my app", "r"), 1, Records.START)
            .status(Status.COMPLETED)
            .event("inference")
            .metrics(new String[] {"latency", "tokens"}, new double[] {0.125, 512})
            .attributes(Map.of("model", "llama-3"))
            .message("two\nlines")
            .build();

    @Test
    void writesLinesForPeople() {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        new ConsoleStore(new PrintStream(console)).write(List.of(this.record), true);
        assertThat(console.toString(StandardCharsets.UTF_8))
                .isEqualTo("2026-11-24T22:20:00.000000Z \"my app\" completed inference latency=0.125 tokens=512"
                        + " model=llama-3 : two\\nlines\n");
    }

    @Test
    void noTextBreaksALine() {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        List<TelemetryRecord> records = new ArrayList<>();
        for (String text : Records.NASTY_TEXTS) {
            records.add(TelemetryRecord.builder(Records.origin("aa", text, text), 1, Records.START)
                    .event(text)
                    .metrics(new String[] {text}, new double[] {1})
                    .attributes(Map.of(text, text))
                    .message(text)
                    .build());
        }
        new ConsoleStore(new PrintStream(console)).write(records, false);
        String[] lines = console.toString(StandardCharsets.UTF_8).split("\n", -1);
        assertThat(lines).hasSize(records.size() + 1);
        assertThat(console.toString(StandardCharsets.UTF_8))
                .doesNotContain("\r", "\u001b", "\u0001", "\u2028", "\u202e");
    }

    @Test
    void appendsToAFileAndCannotBeRead(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("telemetry.log");
        Files.writeString(path, "no line end");
        TelemetryStore store =
                new TextStoreFactory().create(new StoreSettings(path, Retention.defaults(), Clock.systemUTC()));
        store.open();
        store.write(List.of(this.record), true);
        store.write(List.of(this.record), true);
        store.maintain();
        store.close();
        assertThat(Files.readAllLines(path)).hasSize(2).first().isEqualTo("no line end");
        assertThat(store.source()).isNull();
        assertThat(store.path()).isEqualTo(path);
    }
}
