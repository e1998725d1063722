package org.cloudmesh.ai.telemetry.store.postgresql;

import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.jspecify.annotations.Nullable;

/** Tells what helps against an error, by its SQLSTATE (PostgreSQL's manual, appendix A). */
final class PostgresErrors {

    static final String CANCELLED = "57014";

    static final String LOCK_NOT_AVAILABLE = "55P03";

    static final String INSUFFICIENT_PRIVILEGE = "42501";

    // java.sql.DriverManager's words, with the URL behind them.
    private static final String NO_DRIVER = "No suitable driver found for ";

    private static final Pattern SECRET = Pattern.compile("(password=)[^&;\\s]*", Pattern.CASE_INSENSITIVE);

    // A row is there already; Citus hands that on from a worker without its state. Or another node attached the
    // partition of a day while a row was on its way to the one of other days.
    private static final Set<String> AGAIN = Set.of("23505", "XX000", "23514");

    // Data exceptions, violated constraints, limits of the program: it is the record's fault.
    private static final Set<String> RECORD = Set.of("22", "23", "54");

    // No connection, rolled back, out of resources, locked, the operator's doing, the machine's.
    private static final Set<String> LATER = Set.of("08", "40", "53", "55", "57", "58");

    private PostgresErrors() {}

    static StoreException of(String what, Throwable cause) {
        String state = state(cause);
        String message = message(cause);
        Remedy remedy = Remedy.REOPEN;
        String help = "";
        if (message.startsWith(NO_DRIVER)) {
            message = "no driver takes the URL " + kind(message.substring(NO_DRIVER.length()));
            help = ". It begins with jdbc:postgresql: and needs org.postgresql:postgresql on the class path";
        } else if (state != null && state.length() == 5) {
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
                case LOCK_NOT_AVAILABLE -> ". A query or a backup that runs long holds the tables";
                case "53100" -> ". The disk of the database is full";
                default -> "";
            };
        } else if (has(cause, SQLTransientException.class)) {
            remedy = Remedy.RETRY;
        }
        return new StoreException(remedy, what + ": " + message + help, cause);
    }

    /** Tells what helps where no record is involved: none can be at fault, whatever the state says. */
    static StoreException withoutRecords(String what, Throwable cause) {
        StoreException failure = of(what, cause);
        return failure.remedy() == Remedy.RECORD
                ? new StoreException(Remedy.RETRY, String.valueOf(failure.getMessage()), cause)
                : failure;
    }

    /** Returns whether records may be kept by a statement that takes heed of those that are there. */
    static boolean isWorthASecondTry(SQLException failure) {
        String state = state(failure);
        return state != null && AGAIN.contains(state);
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
        if (root.getCause() instanceof UnknownHostException unknown) {
            message += " There is no host " + unknown.getMessage();
        }
        return SECRET.matcher(message.lines().findFirst().orElse(message)).replaceAll("$1***");
    }

    /** Returns the beginning of a URL, {@code jdbc:mysql:...}; what follows may hold a password. */
    private static String kind(String url) {
        int end = url.indexOf(':', url.indexOf(':') + 1);
        return url.substring(0, end < 0 ? Math.min(url.length(), 5) : end + 1) + "...";
    }
}
