package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.file.OwnerOnlyFiles;
import org.jspecify.annotations.Nullable;

/**
 * Names of the files that a store rolled: {@code telemetry.jsonl} becomes
 * {@code telemetry.20261124T222000.123456Z.jsonl}.
 */
final class RolledFiles {

    /** Stands between the name of a packed file and what is random, while it is not whole. */
    static final String UNFINISHED = ".part-";

    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final String INSTANT = "\\d{8}T\\d{6}\\.\\d{6}Z";

    private final Path directory;

    private final String stem;

    private final String extension;

    private final Pattern pattern;

    RolledFiles(Path path) {
        this.directory = path.toAbsolutePath().resolveSibling("");
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        this.stem = dot > 0 ? name.substring(0, dot) : name;
        this.extension = dot > 0 ? name.substring(dot) : "";
        this.pattern = Pattern.compile(Pattern.quote(this.stem) + "\\." + INSTANT + Pattern.quote(this.extension) + "("
                + Pattern.quote(Gzip.EXTENSION) + ")?");
    }

    /** Returns a name for a file that is rolled now; it is after all others. */
    Path next(Instant now) throws IOException {
        Instant instant = now;
        Path name = name(instant);
        List<Path> list = list();
        String newest = list.isEmpty()
                ? ""
                : plain(list.get(list.size() - 1)).getFileName().toString();
        while (name.getFileName().toString().compareTo(newest) <= 0) {
            instant = instant.plusMillis(1);
            name = name(instant);
            // A clock that went back by hours: count on from the newest name.
            if (instant.isAfter(now.plusSeconds(1))) {
                return afterNewest(newest);
            }
        }
        return name;
    }

    private Path afterNewest(String newest) {
        return name(instant(newest).plusMillis(1));
    }

    private Instant instant(String name) {
        String stamp = name.substring(this.stem.length() + 1, name.length() - this.extension.length());
        return Instant.parse(
                stamp.replaceFirst("(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)", "$1-$2-$3T$4:$5:$6"));
    }

    private Path name(Instant instant) {
        return this.directory.resolve(this.stem + "." + OwnerOnlyFiles.stamp(instant) + this.extension);
    }

    /** Returns the rolled files, the oldest first; of one that is there packed and plain, the packed one. */
    List<Path> list() throws IOException {
        TreeMap<String, Path> files = new TreeMap<>();
        for (Path file : all()) {
            files.merge(plain(file).getFileName().toString(), file, (one, other) -> isPacked(one) ? one : other);
        }
        return new ArrayList<>(files.values());
    }

    /**
     * Returns the rolled files, as {@link #list()}.
     *
     * @throws StoreException when the directory cannot be listed: nothing old can be removed then
     */
    List<Path> listed() throws StoreException {
        try {
            return list();
        } catch (IOException ex) {
            String reason = ex instanceof AccessDeniedException ? "permission denied" : ex.toString();
            Path path = this.directory.resolve(this.stem + this.extension);
            throw new StoreException(
                    Remedy.REFUSED, "Cannot use " + path + ": its directory cannot be listed: " + reason, ex);
        }
    }

    /** Returns plain files whose packed form is there too: a crash came between the two. */
    List<Path> leftOvers() throws IOException {
        List<Path> all = all();
        return all.stream()
                .filter((file) -> !isPacked(file) && all.contains(packed(file)))
                .toList();
    }

    /** Returns unfinished packed files to delete: another process finished them, or none continued them for an hour. */
    List<Path> abandoned() throws IOException {
        List<Path> files = new ArrayList<>();
        Instant then = Instant.now().minus(ABANDONED);
        for (Path file : entries((file) -> isUnfinished(file.getFileName().toString()))) {
            String name = file.getFileName().toString();
            Path plain = plain(file.resolveSibling(name.substring(0, name.indexOf(UNFINISHED))));
            if (Files.notExists(plain)
                    || Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .isBefore(then)) {
                files.add(file);
            }
        }
        return files;
    }

    private boolean isUnfinished(String name) {
        int end = name.indexOf(UNFINISHED);
        return end > 0 && this.pattern.matcher(name.substring(0, end)).matches();
    }

    private List<Path> all() throws IOException {
        try {
            return entries((file) ->
                    this.pattern.matcher(file.getFileName().toString()).matches()
                            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException ex) {
            return List.of();
        }
    }

    private List<Path> entries(DirectoryStream.Filter<Path> filter) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(this.directory, filter)) {
            entries.forEach(files::add);
            return files;
        } catch (DirectoryIteratorException ex) {
            throw ex.getCause();
        }
    }

    /** Returns the size of all rolled files in bytes; 0 when they cannot be listed. */
    long bytes() {
        try {
            long bytes = 0;
            for (Path file : all()) {
                bytes += file.toFile().length();
            }
            return bytes;
        } catch (IOException ex) {
            // Whoever writes is told of that.
            return 0;
        }
    }

    /** Returns when the newest was rolled, as its name says; null when there is none. */
    @Nullable
    Instant newest() throws IOException {
        List<Path> files = list();
        return files.isEmpty() ? null : rolledAt(files.get(files.size() - 1));
    }

    /** Returns when a file was rolled, as its name says. */
    Instant rolledAt(Path file) {
        return instant(plain(file).getFileName().toString());
    }

    static boolean isPacked(Path file) {
        return file.getFileName().toString().endsWith(Gzip.EXTENSION);
    }

    static Path packed(Path plain) {
        return plain.resolveSibling(plain.getFileName() + Gzip.EXTENSION);
    }

    static Path plain(Path file) {
        String name = file.getFileName().toString();
        return isPacked(file) ? file.resolveSibling(name.substring(0, name.length() - Gzip.EXTENSION.length())) : file;
    }
}
