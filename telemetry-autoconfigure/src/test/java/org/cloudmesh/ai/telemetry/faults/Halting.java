package org.cloudmesh.ai.telemetry.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.Telemetry;

/** A process that emits plainly and is gone without any further step, as if it had crashed. */
final class Halting {

    /** Records of the burst before the halt. */
    static final int BURST = 100;

    private Halting() {}

    /**
     * Starts with the backend, the path, how long to idle before the burst (0: none, at a cold start) and how long to
     * wait between the burst and the halt, in milliseconds. It says that it is ready before the halt, or after the
     * idling; then it waits for a byte of its input.
     */
    public static void main(String[] arguments) throws Exception {
        long idle = Long.parseLong(arguments[2]);
        long wait = Long.parseLong(arguments[3]);
        Files.createDirectories(Path.of(arguments[1]).getParent());
        Telemetry telemetry =
                Telemetry.builder().backend(arguments[0]).path(arguments[1]).build();
        if (idle > 0) {
            telemetry.emit("warm", 0);
            telemetry.flush(Duration.ofSeconds(20));
            TimeUnit.MILLISECONDS.sleep(idle);
            System.out.println("ready");
            System.in.read();
        }
        for (int i = 0; i < BURST; i++) {
            telemetry.emit("n", i);
        }
        if (wait > 0) {
            TimeUnit.MILLISECONDS.sleep(wait);
        }
        if (idle == 0) {
            System.out.println("ready");
        }
        Runtime.getRuntime().halt(1);
    }
}
