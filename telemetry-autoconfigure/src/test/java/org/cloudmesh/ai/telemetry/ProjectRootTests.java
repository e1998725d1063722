package org.cloudmesh.ai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The root of the project holds what a stranger expects there, and nothing else. */
class ProjectRootTests {

    private static final Set<String> EXPECTED = Set.of(
            "telemetry-autoconfigure",
            "telemetry-starter",
            "demo-service",
            "docs",
            "pom.xml",
            "mvnw",
            "mvnw.cmd",
            "README.md",
            "CHANGELOG.md",
            "CONTRIBUTING.md",
            "LICENSE",
            "NOTICE",
            ".ci",
            ".github",
            ".mvn",
            ".editorconfig",
            ".git",
            ".gitattributes",
            ".gitignore");

    /** What .gitignore names: builds, editors, and applications that are tried out in the root leave it. */
    private static final String IGNORED =
            "target|\\.idea|.*\\.iml|\\.vscode|\\.classpath|\\.project|\\.settings|telemetry\\..*|.*\\.db(-shm|-wal)?";

    @Test
    void theRootHoldsNoStrayFiles() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        List<String> stray;
        try (Stream<Path> files = Files.list(root)) {
            stray = files.map((file) -> file.getFileName().toString())
                    .filter((name) -> !EXPECTED.contains(name) && !name.matches(IGNORED))
                    .sorted()
                    .toList();
        }
        assertThat(stray)
                .as("Files that do not belong in the root, %s: delete or move them, or add them to this test", root)
                .isEmpty();
    }
}
