package org.cloudmesh.ai.telemetry.actuate;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/**
 * How many exports run at once. An export lasts as long as its reader likes: on a servlet container it holds a request
 * thread for that time, everywhere a query thread and a read transaction. Those beyond the limit are refused at once
 * rather than queued, since a queue would hold the very threads that the limit is there to spare. Thread-safe.
 */
final class ExportLimit {

    /** Seconds after which a refused client may ask again. */
    static final String RETRY_AFTER = "10";

    private final int most;

    private final Semaphore free;

    ExportLimit(int most) {
        this.most = Math.max(0, most);
        this.free = new Semaphore(this.most);
    }

    boolean tryBegin() {
        return this.free.tryAcquire();
    }

    void end() {
        this.free.release();
    }

    /** Returns the problem document of a refusal. */
    byte[] refusal() {
        Problem problem = Problem.unavailable("telemetry.export.max-concurrent is " + this.most
                + ", and so many exports are running; ask again in " + RETRY_AFTER + " s");
        return RecordJson.write(problem.document()).getBytes(StandardCharsets.UTF_8);
    }
}
