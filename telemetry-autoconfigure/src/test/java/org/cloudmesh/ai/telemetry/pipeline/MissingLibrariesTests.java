package org.cloudmesh.ai.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** An application that left out what the default stores need. */
@ExtendWith(OutputCaptureExtension.class)
class MissingLibrariesTests {

    @Test
    void saysThatNothingKeepsTheRecords(CapturedOutput output) throws Exception {
        URL[] urls = Stream.of(System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator)))
                .filter(entry -> !entry.contains("jackson") && !entry.contains("sqlite"))
                .map(MissingLibrariesTests::url)
                .toArray(URL[]::new);
        try (URLClassLoader classLoader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Object builder = classLoader
                    .loadClass("org.cloudmesh.ai.telemetry.Telemetry")
                    .getMethod("builder")
                    .invoke(null);
            try (AutoCloseable telemetry =
                    (AutoCloseable) builder.getClass().getMethod("build").invoke(builder)) {
                assertThat(telemetry).isNotNull();
            }
        }
        assertThat(output).contains("Nothing keeps the telemetry records", "jackson-core", "telemetry.backend=text");
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException ex) {
            throw new IllegalArgumentException(ex);
        }
    }
}
