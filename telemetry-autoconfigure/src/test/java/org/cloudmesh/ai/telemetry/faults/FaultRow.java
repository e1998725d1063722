package org.cloudmesh.ai.telemetry.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Says that a test shows a row of the fault table. A row is held when each of its tests passes. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(FaultRow.Several.class)
@Tag(Faults.TAG)
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
    @Tag(Faults.TAG)
    @interface Several {

        /** The rows. */
        FaultRow[] value();
    }
}
