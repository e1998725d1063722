package org.cloudmesh.ai.telemetry.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that nobody but their owner reads. Thread-safe; an interrupt disturbs none of it. */
public final class OwnerOnlyFiles {

    private static final DateTimeFormatter INSTANT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private OwnerOnlyFiles() {}

    /** Returns an instant as a part of a file's name; later ones are greater as texts. */
    public static String stamp(Instant instant) {
        return INSTANT.format(instant);
    }

    /**
     * Makes the file, with mode 0600 where there are modes, and its parent directories, unless it is there.
     *
     * @return whether it was not there
     */
    public static boolean create(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mode = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.newByteChannel(
                            path,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                            mode)
                    .close();
            return true;
        } catch (FileAlreadyExistsException ex) {
            return false;
        }
    }

    /** Makes the directory's entries survive power loss, where the system can. */
    public static void syncDirectory(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ex) {
            // Windows and some network file systems cannot sync a directory; there is nothing else to do.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static void close(@Nullable Closeable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (IOException ex) {
                // Nothing is buffered here: all bytes were handed to the system before.
            }
        }
    }
}
