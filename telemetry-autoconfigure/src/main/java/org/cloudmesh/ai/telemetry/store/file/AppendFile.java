package org.cloudmesh.ai.telemetry.store.file;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that this and other processes append to. Each call of {@link #append} is one write to the end under a
 * lock: it is there as a whole or not at all. That the file was moved, replaced or cut is noticed before bytes go
 * astray. Links are not followed. Used by one thread.
 */
public final class AppendFile implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final Path path;

    private @Nullable FileLocks locks;

    private @Nullable OutputStream out;

    private @Nullable RandomAccessFile syncing;

    private @Nullable Object key;

    private long end;

    private long tornFrom = -1;

    private long synced;

    private boolean doubtful;

    private boolean ours;

    /** Creates the handle of a file; nothing is opened. */
    public AppendFile(Path path) {
        this.path = path;
    }

    /** Mends the end of a file that was just opened, while other writers are locked out. */
    @FunctionalInterface
    public interface Mender {

        /**
         * Looks at the file and mends it.
         *
         * @param file positioned anywhere
         * @param path of it
         * @param alone whether other writers are locked out; if not, only look
         */
        void mend(RandomAccessFile file, Path path, boolean alone) throws IOException, StoreException;
    }

    /**
     * Opens the file, makes it when it is not there.
     *
     * @throws StoreException when it is no file of ours to write
     */
    public void open(Mender mender) throws StoreException {
        close();
        try {
            boolean created = OwnerOnlyFiles.create(this.path);
            BasicFileAttributes attributes = attributes();
            if (attributes.isSymbolicLink()) {
                throw refused("it is a symbolic link, and links are not followed", null);
            }
            if (!attributes.isRegularFile()) {
                throw refused(attributes.isDirectory() ? "it is a directory" : "it is no regular file", null);
            }
            this.out = Files.newOutputStream(
                    this.path, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
            this.syncing = new RandomAccessFile(this.path.toFile(), "rw");
            if (!Objects.equals(attributes().fileKey(), attributes.fileKey())) {
                throw new StoreException(Remedy.REOPEN, this.path + " was replaced while it was opened", null);
            }
            this.key = attributes.fileKey();
            if (created) {
                OwnerOnlyFiles.syncDirectory(this.path.toAbsolutePath().getParent());
            }
            this.locks = locks();
            FileLocks.Held held = lock();
            try (RandomAccessFile file = new RandomAccessFile(this.path.toFile(), "rw")) {
                mender.mend(file, this.path, held != null);
            } finally {
                release(held);
            }
            this.end = attributes().size();
            this.tornFrom = -1;
            this.synced = this.end;
            this.doubtful = false;
            this.ours = this.end == 0;
        } catch (StoreException ex) {
            close();
            throw ex;
        } catch (IOException | SecurityException ex) {
            close();
            throw refused(reason(ex), ex);
        }
    }

    private @Nullable FileLocks locks() {
        try {
            return FileLocks.open(this.path.toAbsolutePath());
        } catch (IOException ex) {
            // A directory where no file can be made: then ours is the only name to be written, and nothing is rolled.
            return null;
        }
    }

    /**
     * Appends bytes in one write.
     *
     * @throws StoreException when nothing of them was kept
     */
    public void append(byte[] bytes, int length) throws StoreException {
        OutputStream out = this.out;
        if (out == null) {
            throw new StoreException(Remedy.REOPEN, this.path + " is not open", null);
        }
        FileLocks.Held held = lock();
        try {
            long before = checked();
            this.ours &= before == this.end;
            if (this.tornFrom >= 0) {
                cut(this.tornFrom, held != null);
                before = this.tornFrom;
                this.tornFrom = -1;
            }
            try {
                out.write(bytes, 0, length);
                this.end = before + length;
            } catch (IOException ex) {
                this.tornFrom = before;
                if (held != null) {
                    cut(before, true);
                    this.tornFrom = -1;
                }
                throw ex;
            }
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot write to " + this.path + ": " + reason(ex), ex);
        } finally {
            release(held);
        }
    }

    private void cut(long size, boolean alone) throws IOException {
        if (!alone) {
            throw new IOException("the file is locked by another process, and its last line is torn");
        }
        try (RandomAccessFile file = new RandomAccessFile(this.path.toFile(), "rw")) {
            if (file.length() > size) {
                file.setLength(size);
            }
        }
        this.end = size;
    }

    /**
     * Makes all bytes so far survive power loss.
     *
     * @throws StoreException when that is not sure; the bytes stay in the file, and the next call tries again
     */
    public void sync() throws StoreException {
        RandomAccessFile file = this.syncing;
        if (file == null) {
            return;
        }
        try {
            if (this.doubtful) {
                writeAgain(file);
            }
            long end = this.end;
            try {
                file.getFD().sync();
            } catch (IOException ex) {
                this.doubtful = true;
                writeAgain(file);
                throw ex;
            }
            this.synced = end;
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot sync " + this.path + ": " + reason(ex), ex);
        }
    }

    /**
     * After a failed sync the system takes all pages for written that it tried to write. Bytes written anew are not.
     */
    private void writeAgain(RandomAccessFile file) throws IOException {
        long end = Math.min(file.length(), this.tornFrom < 0 ? this.end : this.tornFrom);
        byte[] bytes = new byte[1 << 16];
        for (long at = Math.min(this.synced, end); at < end; ) {
            int length = (int) Math.min(bytes.length, end - at);
            file.seek(at);
            file.readFully(bytes, 0, length);
            file.seek(at);
            file.write(bytes, 0, length);
            at += length;
        }
        this.doubtful = false;
    }

    /** Returns whether all bytes are from {@link #append}, as far as seen. */
    public boolean isOurs() {
        return this.ours;
    }

    /**
     * Sees whether the path still names the file that is open.
     *
     * @return its size
     * @throws StoreException when the file was moved, replaced or cut
     */
    public long check() throws StoreException {
        try {
            return checked();
        } catch (IOException ex) {
            throw new StoreException(Remedy.REOPEN, "Cannot look at " + this.path + ": " + reason(ex), ex);
        }
    }

    /** Returns the size when it was last seen. */
    public long size() {
        return this.end;
    }

    private long checked() throws IOException, StoreException {
        BasicFileAttributes attributes;
        try {
            attributes = attributes();
        } catch (NoSuchFileException ex) {
            throw new StoreException(Remedy.REOPEN, this.path + " was deleted or moved away", ex);
        }
        if (!Objects.equals(attributes.fileKey(), this.key)) {
            throw new StoreException(Remedy.REOPEN, this.path + " was replaced by another file", null);
        }
        if (attributes.size() < this.end) {
            throw new StoreException(Remedy.REOPEN, this.path + " was cut short", null);
        }
        return attributes.size();
    }

    /**
     * Renames the file and goes on in a new one under the old name. Other processes notice with their next write.
     *
     * @param target free name in the same directory
     * @param mender as for {@link #open}
     * @return whether it was renamed; false when another process was faster or holds the lock
     */
    public boolean roll(Path target, Mender mender) throws StoreException {
        FileLocks.Held held = lock();
        if (held == null) {
            return false;
        }
        try {
            sync();
            checked();
            Files.move(this.path, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException ex) {
            throw new StoreException(Remedy.RETRY, "Cannot rename " + this.path + ": " + reason(ex), ex);
        } finally {
            release(held);
        }
        open(mender);
        OwnerOnlyFiles.syncDirectory(this.path.toAbsolutePath().getParent());
        return true;
    }

    /** Returns whether the open file is one of these, whatever its name was before. */
    public boolean isAmong(Iterable<Path> paths) {
        for (Path other : paths) {
            try {
                Object key = Files.readAttributes(other, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey();
                if (key != null && key.equals(this.key)) {
                    return true;
                }
            } catch (IOException ex) {
                // Gone meanwhile.
            }
        }
        return false;
    }

    /** Runs an action while other writers are locked out. */
    public boolean alone(IoAction action) throws IOException {
        FileLocks.Held held = lock();
        if (held == null) {
            return false;
        }
        try {
            action.run();
            return true;
        } finally {
            release(held);
        }
    }

    /** An action on files. */
    @FunctionalInterface
    public interface IoAction {

        /** Runs. */
        void run() throws IOException;
    }

    @Override
    public void close() {
        OwnerOnlyFiles.close(this.out);
        OwnerOnlyFiles.close(this.syncing);
        if (this.locks != null) {
            this.locks.close();
        }
        this.out = null;
        this.syncing = null;
        this.locks = null;
        this.key = null;
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(this.path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private FileLocks.@Nullable Held lock() {
        return this.locks == null ? null : this.locks.tryLock(PATIENCE);
    }

    private static void release(FileLocks.@Nullable Held held) {
        if (held != null) {
            held.close();
        }
    }

    private StoreException refused(String reason, @Nullable Throwable cause) {
        return new StoreException(Remedy.REFUSED, "Cannot write to " + this.path + ": " + reason, cause);
    }

    private static String reason(Exception ex) {
        if (ex instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (ex instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason() + " (" + system.getFile() + ")";
        }
        return ex.getMessage() == null ? ex.getClass().getSimpleName() : ex.getMessage();
    }
}
