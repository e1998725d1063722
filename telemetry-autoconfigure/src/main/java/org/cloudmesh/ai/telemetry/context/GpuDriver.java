package org.cloudmesh.ai.telemetry.context;

import java.util.List;

/** A way to graphics cards. Used by the graphics thread alone. */
interface GpuDriver extends AutoCloseable {

    /** Returns a word for the log. */
    String name();

    /**
     * Finds the cards; none where this way does not exist on this machine.
     *
     * @param others what other drivers found before, so that no card is listed twice
     */
    List<? extends Gpu> open(List<Card> others) throws Exception;

    @Override
    default void close() {}

    /** One card. */
    interface Gpu {

        /** Returns what the card is, without what belongs to a moment. */
        Card card();

        /**
         * Returns the card's state; a figure that it does not support is null.
         *
         * @throws Exception when the card gives nothing at all
         */
        Card read() throws Exception;
    }
}
