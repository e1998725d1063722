package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the WAL-reset bug of SQLite 3.7.0 to 3.51.2 from striking.
 *
 * <p>The bug: a checkpoint runs while another connection commits and thereby begins the log anew. The checkpoint does
 * not notice, and notes frames of the new log as copied that are not; a later checkpoint passes them over, and the
 * database is damaged. Only a commit begins the log anew, and a commit needs the write lock.
 *
 * <p>So on such a version nobody of ours makes a checkpoint without the write lock. A connection cannot hold a write
 * transaction and make a checkpoint, hence two: one begins a write transaction in which it writes nothing, and the
 * writer's connection makes the checkpoint meanwhile. Automatic checkpoints are off, for they run after the commit has
 * let go of the lock. The checkpoint that closing the last connection makes holds the file exclusively. The log is not
 * truncated by a checkpoint, which would have to take the write lock itself, but by the commit that begins it anew
 * ({@code journal_size_limit}). Used by the writer's thread.
 *
 * @see <a href="https://www.sqlite.org/wal.html#walresetbug">The WAL-Reset Bug</a>
 */
final class WalResetGuard implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(WalResetGuard.class);

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

    // 500 pages of 8 kB, as automatic checkpoints elsewhere.
    private static final long LOG_BYTES = 500 * 8192L;

    private static boolean warned;

    private final Connections connections;

    private final Database writer;

    private long checkpointAt = LOG_BYTES;

    private @Nullable Database holder;

    private WalResetGuard(Connections connections, Database writer) {
        this.connections = connections;
        this.writer = writer;
    }

    /** Returns the guard of a file; null with a version that needs none. */
    static @Nullable WalResetGuard of(Connections connections, Database writer) throws SQLException {
        String version = writer.jdbc().queryForObject("SELECT sqlite_version()", String.class);
        if (version == null || !isAffected(version)) {
            return null;
        }
        warn(version);
        writer.script("PRAGMA wal_autocheckpoint = 0");
        // What is left of the log when it begins anew goes.
        writer.script("PRAGMA journal_size_limit = 0");
        return new WalResetGuard(connections, writer);
    }

    private static synchronized void warn(String version) {
        if (!warned) {
            warned = true;
            logger.warn(
                    "SQLite {} can damage a database when several connections write to it (WAL-reset bug, fixed in 3.51.3)."
                            + " This recorder works around it; other programs that write to its file do not. Set the Maven "
                            + "property sqlite-jdbc.version to 3.51.3.0 or newer",
                    version);
        }
    }

    /** Returns whether a version has the bug. It was fixed in two older lines too. */
    static boolean isAffected(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return false;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        int patch = Integer.parseInt(matcher.group(3));
        if (major != 3 || minor > 51 || minor < 7) {
            return false;
        }
        return switch (minor) {
            case 51 -> patch < 3;
            case 50 -> patch < 7;
            case 44 -> patch < 6;
            default -> true;
        };
    }

    /** Keeps the log of a small file small too. */
    void limit(long bytes) {
        this.checkpointAt = Math.min(LOG_BYTES, bytes);
    }

    /**
     * Copies the log into the database, when it is long and nobody writes.
     *
     * @param logBytes size of the log
     */
    void written(long logBytes) throws SQLException {
        if (logBytes < this.checkpointAt) {
            return;
        }
        Database holder = this.holder;
        if (holder == null) {
            holder = this.connections.writer();
            holder.script("PRAGMA wal_autocheckpoint = 0");
            // Another process writes for a moment only; after that, the next batch tries again.
            holder.script("PRAGMA busy_timeout = 50");
            this.holder = holder;
        }
        holder.write(() -> {
            this.writer.script("PRAGMA wal_checkpoint(PASSIVE)");
            return true;
        });
    }

    @Override
    public void close() {
        if (this.holder != null) {
            this.holder.close();
        }
    }
}
