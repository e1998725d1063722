package org.cloudmesh.ai.telemetry.demo;

/** What a client sent cannot be used; the message says which part of it, its value and what is accepted. */
class BadInputException extends RuntimeException {

    private static final int QUOTED = 60;

    BadInputException(String message) {
        super(message);
    }

    /** Returns the value as a message may quote it: bounded, as it came from a client. */
    static String quote(String value) {
        return value.length() <= QUOTED ? "'" + value + "'" : "'" + value.substring(0, QUOTED) + "...'";
    }
}
