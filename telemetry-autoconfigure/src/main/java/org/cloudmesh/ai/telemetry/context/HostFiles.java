package org.cloudmesh.ai.telemetry.context;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kernel's files beneath a root: {@code /proc}, {@code /sys} and their like. What cannot be read is null. */
final class HostFiles {

    static final boolean LINUX =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");

    private static final int MAX_BYTES = 4 << 20;

    private final Path root;

    HostFiles(Path root) {
        this.root = root;
    }

    /** Returns the files of this machine. */
    static HostFiles ofMachine() {
        return new HostFiles(Path.of("/"));
    }

    Path path(String path) {
        return this.root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    boolean exists(String path) {
        return Files.exists(path(path));
    }

    @Nullable
    String text(String path) {
        try (InputStream in = new FileInputStream(path(path).toFile())) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        } catch (IOException ex) {
            return null;
        }
    }

    /** Returns the text without surrounding blanks; null when none is left. */
    @Nullable
    String word(String path) {
        String text = text(path);
        return text == null || text.isBlank() ? null : text.strip();
    }

    @Nullable
    Long number(String path) {
        return parse(word(path));
    }

    List<String> lines(String path) {
        String text = text(path);
        return text == null ? List.of() : text.lines().toList();
    }

    /** Returns the value of a line such as {@code inactive_file 4096} or {@code VmRSS: 4096 kB}, without its unit. */
    @Nullable
    Long numberAfter(String path, String key) {
        String text = text(path);
        int start = text == null || text.startsWith(key) ? 0 : text.indexOf('\n' + key) + 1;
        if (text == null || (start == 0 && !text.startsWith(key))) {
            return null;
        }
        int end = text.indexOf('\n', start);
        String rest = text.substring(start + key.length(), end < 0 ? text.length() : end)
                .strip();
        int blank = rest.indexOf(' ');
        return parse(blank < 0 ? rest : rest.substring(0, blank));
    }

    /** Returns the names in a directory, in order. */
    List<String> names(String directory) {
        try (Stream<Path> paths = Files.list(path(directory))) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException ex) {
            return List.of();
        }
    }

    /** Returns the number; null where it is none. */
    static @Nullable Long parse(@Nullable String text) {
        try {
            return text == null ? null : Long.valueOf(text);
        } catch (NumberFormatException ex) {
            return null;
        }
    }
}
