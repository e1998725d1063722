package org.cloudmesh.ai.telemetry.store.sqlite;

import java.sql.SQLException;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.jspecify.annotations.Nullable;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Maps errors of SQLite to remedies. */
final class SqliteErrors {

    private static final Set<SQLiteErrorCode> LATER = Set.of(
            SQLiteErrorCode.SQLITE_BUSY,
            SQLiteErrorCode.SQLITE_LOCKED,
            SQLiteErrorCode.SQLITE_FULL,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_INTERRUPT,
            SQLiteErrorCode.SQLITE_PROTOCOL);

    private static final Set<SQLiteErrorCode> RECORD =
            Set.of(SQLiteErrorCode.SQLITE_TOOBIG, SQLiteErrorCode.SQLITE_CONSTRAINT, SQLiteErrorCode.SQLITE_MISMATCH);

    private static final Set<SQLiteErrorCode> DAMAGED =
            Set.of(SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB, SQLiteErrorCode.SQLITE_FORMAT);

    private SqliteErrors() {}

    static StoreException of(String what, Exception cause) {
        Throwable library = library(cause);
        if (library != null) {
            return new StoreException(
                    Remedy.REFUSED,
                    what + ": SQLite's native library cannot be loaded from the temporary directory (" + directory()
                            + "; it may be mounted noexec): " + library.getMessage()
                            + ". Let the system property org.sqlite.tmpdir name a directory that programs may be run "
                            + "from, or set telemetry.backend to jsonl, which needs no library",
                    cause);
        }
        SQLiteErrorCode code = code(cause);
        Remedy remedy = Remedy.REOPEN;
        if (code != null && LATER.contains(code)) {
            remedy = Remedy.RETRY;
        } else if (code != null && RECORD.contains(code)) {
            remedy = Remedy.RECORD;
        }
        return new StoreException(remedy, what + ": " + cause.getMessage(), cause);
    }

    /** Returns what says that the library cannot be loaded; null when that is not the error. */
    static @Nullable Throwable library(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof NativeLibraryNotFoundException || at instanceof LinkageError) {
                return at;
            }
        }
        return null;
    }

    private static String directory() {
        return System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir", ""));
    }

    static boolean damaged(Exception cause) {
        SQLiteErrorCode code = code(cause);
        return code != null && DAMAGED.contains(code);
    }

    static boolean interrupted(SQLException cause) {
        return code(cause) == SQLiteErrorCode.SQLITE_INTERRUPT;
    }

    private static @Nullable SQLiteErrorCode code(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SQLiteException failure) {
                // Extended codes carry the primary one in their last byte.
                return SQLiteErrorCode.getErrorCode(failure.getResultCode().code & 0xFF);
            }
        }
        return null;
    }
}
