package org.cloudmesh.ai.telemetry.store.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Excludes all other writers of a file, threads and processes alike. The lock is held on a file of its own,
 * {@code <name>.lock}: POSIX drops a process's locks on a file as soon as any of its descriptors is closed, and queries
 * open and close the data file all the time. A holder that does not let go is not waited for long.
 */
final class FileLocks implements AutoCloseable {

    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(200);

    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;

    private final RandomAccessFile file;

    private long ignoredUntil = System.nanoTime();

    private FileLocks(Path path, RandomAccessFile file) {
        this.threads = THREADS.computeIfAbsent(path, (absent) -> new ReentrantLock());
        this.file = file;
    }

    static FileLocks open(Path data) throws IOException {
        Path path = data.resolveSibling(data.getFileName() + ".lock");
        OwnerOnlyFiles.create(path);
        return new FileLocks(path, new RandomAccessFile(path.toFile(), "rw"));
    }

    /**
     * Takes the lock.
     *
     * @param patience how long a frozen holder is waited for
     * @return what lets go; null when the lock was not to be had. An interrupt does not disturb it
     */
    @Nullable
    Held tryLock(Duration patience) {
        long start = System.nanoTime();
        // Whoever was frozen a moment ago still is: a stuck neighbour must not cost every batch the full patience.
        long wait = start - this.ignoredUntil < 0 ? 0 : patience.toNanos();
        if (!lockThreads(wait)) {
            return null;
        }
        FileLock lock = null;
        try {
            lock = attempt();
            while (lock == null && System.nanoTime() - start < wait) {
                LockSupport.parkNanos(PAUSE);
                lock = attempt();
            }
        } catch (IOException ex) {
            // Some file systems have no locks.
            lock = null;
        }
        if (lock == null) {
            this.ignoredUntil = System.nanoTime() + 40 * patience.toNanos();
            this.threads.unlock();
            return null;
        }
        FileLock held = lock;
        return () -> {
            try {
                held.release();
            } catch (IOException ex) {
                // The descriptor is gone, and the lock with it.
            } finally {
                this.threads.unlock();
            }
        };
    }

    private boolean lockThreads(long wait) {
        if (this.threads.tryLock()) {
            return true;
        }
        boolean interrupted = Thread.interrupted();
        try {
            return this.threads.tryLock(Math.max(wait, PAUSE), TimeUnit.NANOSECONDS);
        } catch (InterruptedException ex) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private @Nullable FileLock attempt() throws IOException {
        try {
            return this.file.getChannel().tryLock();
        } catch (OverlappingFileLockException ex) {
            return null;
        }
    }

    @Override
    public void close() {
        OwnerOnlyFiles.close(this.file);
    }

    /** A lock that is held. */
    interface Held extends AutoCloseable {

        @Override
        void close();
    }
}
