package org.cloudmesh.ai.telemetry.store.postgresql;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.jspecify.annotations.Nullable;

/** Tells what helps against an error, by its SQLSTATE (PostgreSQL's manual, appendix A). */
final class PostgresErrors {

    static final String CANCELLED = "57014";

    static final String INSUFFICIENT_PRIVILEGE = "42501";

    // Data exceptions, violated constraints, limits of the program: it is the record's fault.
    private static final Set<String> RECORD = Set.of("22", "23", "54");

    // No connection, rolled back, out of resources, locked, the operator's doing, the machine's.
    private static final Set<String> LATER = Set.of("08", "40", "53", "55", "57", "58");

    private PostgresErrors() {}

    static StoreException of(String what, Throwable cause) {
        String state = state(cause);
        Remedy remedy = Remedy.REOPEN;
        String help = "";
        if (state != null && state.length() == 5) {
            String kind = state.substring(0, 2);
            if (RECORD.contains(kind)) {
                remedy = Remedy.RECORD;
            } else if (LATER.contains(kind)) {
                remedy = Remedy.RETRY;
            }
            help = switch (state) {
                case "28P01", "28000" -> ". Check telemetry.jdbc.username and password, or those of the DataSource";
                case "3D000" -> ". Create the database, or check the URL";
                case INSUFFICIENT_PRIVILEGE -> ". Grant the role what docs/fleet.md lists";
                case "53100" -> ". The disk of the database is full";
                default -> "";
            };
        } else if (has(cause, SQLTransientException.class)) {
            remedy = Remedy.RETRY;
        }
        return new StoreException(remedy, what + ": " + message(cause) + help, cause);
    }

    static @Nullable String state(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SQLException failure && failure.getSQLState() != null) {
                return failure.getSQLState();
            }
        }
        return null;
    }

    private static boolean has(Throwable cause, Class<?> type) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return true;
            }
        }
        return false;
    }

    private static String message(Throwable cause) {
        Throwable root = cause;
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof SQLException) {
                root = at;
            }
        }
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return message.lines().findFirst().orElse(message);
    }
}
