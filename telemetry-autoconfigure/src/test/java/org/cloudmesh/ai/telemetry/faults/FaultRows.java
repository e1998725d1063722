package org.cloudmesh.ai.telemetry.faults;

import java.util.Map;

/** The rows of the fault table that this module must hold. */
final class FaultRows {

    /** Name of each fault by its number. */
    static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "kill -9"),
            Map.entry(2, "power loss"),
            Map.entry(3, "small heap, large records"),
            Map.entry(4, "disk full, then free"),
            Map.entry(5, "nothing may be written"),
            Map.entry(6, "corrupt, truncated or foreign file"),
            Map.entry(7, "file locked"),
            Map.entry(8, "file unlinked, renamed, truncated"),
            Map.entry(9, "two processes on one file"),
            Map.entry(10, "clock goes backwards"),
            Map.entry(11, "SIGTERM with a full queue"),
            Map.entry(12, "50 restarts"),
            Map.entry(13, "slow disk"),
            Map.entry(14, "PostgreSQL restarted"),
            Map.entry(15, "interrupts"),
            Map.entry(16, "virtual threads, event loops"),
            Map.entry(17, "re-entrance"),
            Map.entry(18, "emit racing close"),
            Map.entry(19, "NaN, infinities, null"),
            Map.entry(20, "nasty texts"),
            Map.entry(21, "a million metric names"),
            Map.entry(22, "a poison record"),
            Map.entry(23, "senseless queries"),
            Map.entry(24, "SQL in texts"),
            Map.entry(25, "exposure"),
            Map.entry(26, "stored XSS"),
            Map.entry(27, "CSV formula"),
            Map.entry(28, "secrets"),
            Map.entry(29, "file modes, links"),
            Map.entry(30, "JSON bombs"),
            Map.entry(31, "remote server stopped, then started"),
            Map.entry(32, "server killed, connection cut in the midst of a batch"),
            Map.entry(33, "server frozen or slow"),
            Map.entry(34, "wrong database or password, no rights, missing table, newer schema"),
            Map.entry(35, "the server's disk is full"),
            Map.entry(36, "nodes begin at once on an empty database"),
            Map.entry(37, "a node ends with records unsent"),
            Map.entry(38, "retention reached while the server is away"),
            Map.entry(39, "clocks a day off"),
            Map.entry(40, "an alert's webhook is away or slow"),
            Map.entry(41, "nasty texts and numbers, to each remote store"),
            Map.entry(42, "an application's transaction rolls back"),
            Map.entry(43, "a store that cannot be opened or asked"),
            Map.entry(44, "identifiers in every dimension"),
            Map.entry(45, "readers that stall"),
            Map.entry(46, "export under a filter"),
            Map.entry(47, "an older SQLite"),
            Map.entry(48, "System.exit in a constructor, emits after the end"),
            Map.entry(49, "a clock that jumps ahead"),
            Map.entry(50, "SQLite's library cannot be loaded"),
            Map.entry(51, "halt after an idle time and at a cold start"),
            Map.entry(52, "one of two backends locked, when-full=block"),
            Map.entry(53, "two class loaders on one file"),
            Map.entry(54, "a file damaged under load"));

    private FaultRows() {}
}
