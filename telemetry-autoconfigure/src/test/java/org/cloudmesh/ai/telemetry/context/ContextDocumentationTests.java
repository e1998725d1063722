package org.cloudmesh.ai.telemetry.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloudmesh.ai.telemetry.micrometer.SystemMeter;
import org.junit.jupiter.api.Test;

/** The tables of docs/context.md and the code name the same fields and meters. */
class ContextDocumentationTests {

    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @Test
    void eachFieldIsDocumentedAndEachDocumentedFieldIsThere() throws Exception {
        assertThat(documented("## The object `system`"))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(SystemField.values()).map(SystemField::key).toList());
    }

    @Test
    void soAreTheFieldsOfACard() throws Exception {
        Card card = new Card("a", null, null, null, null, null, null, null);
        assertThat(documented("### Each card in `gpus`"))
                .containsExactlyInAnyOrderElementsOf(card.toMap(0).keySet());
    }

    @Test
    void soAreTheMeters() throws Exception {
        assertThat(documented("## Meters"))
                .containsExactlyInAnyOrderElementsOf(Stream.of(SystemMeter.values())
                        .map(SystemMeter::meterName)
                        .toList());
    }

    /** The names in the first column of the first table below a heading. */
    private static List<String> documented(String heading) throws Exception {
        return Files.readAllLines(Path.of("../docs/context.md")).stream()
                .dropWhile(line -> !line.equals(heading))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|")[1])
                .flatMap(cell -> NAME.matcher(cell).results().map((MatchResult name) -> name.group(1)))
                .toList();
    }
}
