package org.cloudmesh.ai.telemetry.store.sqlite;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.cloudmesh.ai.telemetry.store.file.OwnerOnlyFiles;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a database file to one copy of SQLite's library in this JVM.
 *
 * <p>POSIX gives locks to a process, not to a descriptor: a process that closes any descriptor of a file drops all its
 * locks on it. SQLite counts its own descriptors for that reason, but each copy of its library, one for each class
 * loader that loads the driver, knows its own alone. Two copies in one process drop each other's locks, and other
 * processes then write and delete the log beneath them.
 *
 * <p>So the first to open a file takes a lock on {@code <name>.lock}. Java refuses a lock that overlaps another one of
 * the same JVM, whichever class loader asks and although both are shared; the system lets shared locks of several
 * processes be. Hence other processes go on as ever, a second class loader is refused, and the users of one class
 * loader share the lock through a static table. The lock file stays, for deleting it would let two hold it. Each
 * connection holds the lock until it is closed.
 *
 * <p>For the same reason nothing may open and close the database file beside SQLite. What reads its header does so
 * through a descriptor that is closed after the last connection. Thread-safe.
 *
 * @see <a href="https://www.sqlite.org/howtocorrupt.html#posix_close_bug">How to corrupt an SQLite database file,
 *     2.2</a>
 */
final class DatabaseLock implements AutoCloseable {

    private static final Map<Path, Shared> HELD = new HashMap<>();

    private final Shared shared;

    private final Object key;

    private boolean closed;

    private DatabaseLock(Shared shared, Object key) {
        this.shared = shared;
        this.key = key;
    }

    /**
     * Takes the lock, or a part in it.
     *
     * @param database its file
     * @param key of the file itself, which stays when it is renamed
     * @throws StoreException when another class loader holds it, or it cannot be had at all
     */
    static DatabaseLock acquire(Path database, @Nullable Object key) throws StoreException {
        synchronized (HELD) {
            try {
                Path path = real(database);
                Object known = key == null ? path : key;
                Shared shared = HELD.get(path);
                boolean fresh = shared == null;
                if (shared == null) {
                    shared = new Shared(path, lock(database, path));
                }
                try {
                    shared.retain(known);
                } catch (IOException ex) {
                    if (fresh) {
                        shared.lockFile.close();
                    }
                    throw ex;
                }
                HELD.put(path, shared);
                return new DatabaseLock(shared, known);
            } catch (IOException ex) {
                throw refused(database, "its lock file cannot be used: " + ex.getMessage(), ex);
            }
        }
    }

    private static Path real(Path database) throws IOException {
        Path absolute = database.toAbsolutePath();
        Path directory = absolute.getParent();
        return directory == null ? absolute : directory.toRealPath().resolve(absolute.getFileName());
    }

    private static RandomAccessFile lock(Path database, Path path) throws IOException, StoreException {
        Path lockPath = path.resolveSibling(path.getFileName() + ".lock");
        if (OwnerOnlyFiles.create(lockPath)) {
            shareWithThoseWhoShareTheDatabase(path, lockPath);
        }
        RandomAccessFile file = new RandomAccessFile(lockPath.toFile(), "rw");
        boolean held = false;
        try {
            FileLock lock = file.getChannel().tryLock(0, 1, true);
            held = lock != null;
            if (!held) {
                throw new StoreException(Remedy.RETRY, lockPath + " is locked by another process", null);
            }
            return file;
        } catch (OverlappingFileLockException ex) {
            throw refused(
                    database,
                    "another class loader of this JVM has it open with its own copy of SQLite's library, and two copies "
                            + "in one process would damage it. Two applications in one server, for example, need a "
                            + "telemetry.path each",
                    ex);
        } finally {
            if (!held) {
                file.close();
            }
        }
    }

    private static void shareWithThoseWhoShareTheDatabase(Path path, Path lockPath) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            Files.setPosixFilePermissions(lockPath, modes);
        }
    }

    private static StoreException refused(Path database, String reason, Exception cause) {
        return new StoreException(Remedy.REFUSED, "Cannot use " + database + ": " + reason, cause);
    }

    /** Returns one more part in the same lock. */
    DatabaseLock again() {
        synchronized (HELD) {
            if (this.closed) {
                throw new IllegalStateException("The lock was let go");
            }
            this.shared.users++;
            this.shared.descriptor(this.key).users++;
            return new DatabaseLock(this.shared, this.key);
        }
    }

    /** Returns the first bytes of the database file, at most so many. */
    byte[] beginning(int length) throws IOException {
        synchronized (HELD) {
            RandomAccessFile file = this.shared.descriptor(this.key).file;
            byte[] bytes = new byte[(int) Math.min(length, file.length())];
            file.seek(0);
            file.readFully(bytes);
            return bytes;
        }
    }

    /**
     * Runs an action while no other recorder, of this process or another one, runs one on the same file.
     *
     * @return whether it ran; false when another one is at it
     */
    boolean alone(Action action) throws IOException, StoreException {
        synchronized (HELD) {
            try (FileLock lock = this.shared.lockFile.getChannel().tryLock(1, 1, false)) {
                if (lock == null) {
                    return false;
                }
                action.run();
                return true;
            }
        }
    }

    @Override
    public void close() {
        synchronized (HELD) {
            if (!this.closed) {
                this.closed = true;
                this.shared.release(this.key);
            }
        }
    }

    /** What is done alone. */
    @FunctionalInterface
    interface Action {

        void run() throws IOException, StoreException;
    }

    /** What all users of one path have in common. */
    private static final class Shared {

        private final Path path;

        private final RandomAccessFile lockFile;

        // A file that was replaced is in use until its last connection is closed.
        private final Map<Object, Descriptor> descriptors = new HashMap<>();

        private int users;

        Shared(Path path, RandomAccessFile lockFile) {
            this.path = path;
            this.lockFile = lockFile;
        }

        void retain(Object key) throws IOException {
            Descriptor descriptor = this.descriptors.get(key);
            if (descriptor == null) {
                descriptor = new Descriptor(new RandomAccessFile(this.path.toFile(), "r"));
                this.descriptors.put(key, descriptor);
            }
            descriptor.users++;
            this.users++;
        }

        Descriptor descriptor(Object key) {
            Descriptor descriptor = this.descriptors.get(key);
            if (descriptor == null) {
                throw new IllegalStateException("The lock was let go");
            }
            return descriptor;
        }

        void release(Object key) {
            Descriptor descriptor = descriptor(key);
            if (--descriptor.users == 0) {
                this.descriptors.remove(key);
                close(descriptor.file);
            }
            if (--this.users == 0) {
                HELD.remove(this.path);
                close(this.lockFile);
            }
        }

        private static void close(RandomAccessFile file) {
            try {
                file.close();
            } catch (IOException ex) {
                // Nothing was written through it.
                return;
            }
        }
    }

    private static final class Descriptor {

        private final RandomAccessFile file;

        private int users;

        Descriptor(RandomAccessFile file) {
            this.file = file;
        }
    }
}
