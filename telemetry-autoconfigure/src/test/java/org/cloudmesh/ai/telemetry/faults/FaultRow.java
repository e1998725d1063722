package org.cloudmesh.ai.telemetry.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says that a test shows a row of the fault table. A row is held when each of its tests passes. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(FaultRow.Several.class)
public @interface FaultRow {

    /** Number of the row. */
    int number();

    /** What this test injects. */
    String injected();

    /** What must be seen. */
    String expected();

    /** Several rows that one test shows. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Several {

        /** The rows. */
        FaultRow[] value();
    }
}
