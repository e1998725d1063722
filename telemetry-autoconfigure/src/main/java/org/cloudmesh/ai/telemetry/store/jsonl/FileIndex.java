package org.cloudmesh.ai.telemetry.store.jsonl;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.Row;
import org.cloudmesh.ai.telemetry.store.json.RecordJson;

/**
 * Where the lines of a file are and which times they have, in stretches of about a megabyte. Only ever grows with the file,
 * by what was appended; the last, unfinished megabyte is left to be read each time.
 */
final class FileIndex {

    private final List<Stretch> stretches = new ArrayList<>();

    private long end;

    private long foreign;

    /**
     * Takes in what was appended.
     */
    void advance(LineFile file, Lines lines, LineFile.Buffer buffer, Deadline deadline) throws IOException {
        while (!advanceOnce(file, lines, buffer)) {
            deadline.check();
        }
    }

    /**
     * Takes in the next megabyte, or all of a packed file.
     *
     * @return whether no whole megabyte is left
     */
    boolean advanceOnce(LineFile file, Lines lines, LineFile.Buffer buffer) throws IOException {
        if (RolledFiles.isPacked(file.path())) {
            advanceCompressed(file, buffer);
            return true;
        }
        if (file.size() - this.end < Stretch.SIZE) {
            return true;
        }
        int length = file.wholeLines(this.end, Stretch.SIZE, buffer);
        if (length > 0) {
            add(stretch(this.end, length, lines, buffer.atLeast(length)));
            return false;
        }
        long next = file.size() - this.end > RecordJson.LONGEST ? file.afterLine(this.end, buffer) : this.end;
        if (next == this.end) {
            return true;
        }
        this.stretches.add(new Stretch(this.end, 0, 0, Long.MAX_VALUE, Long.MIN_VALUE, 0, 1));
        this.end = next;
        return false;
    }

    /** Takes in the last, unfinished megabyte too, of a file that does not grow any more. */
    void finish(LineFile file, Lines lines, LineFile.Buffer buffer) throws IOException {
        int rest = (int) Math.min(RecordJson.LONGEST, file.size() - this.end);
        int length = rest > 0 && !RolledFiles.isPacked(file.path()) ? file.wholeLines(this.end, rest, buffer) : 0;
        if (length > 0) {
            add(stretch(this.end, length, lines, buffer.atLeast(length)));
        }
    }

    private void advanceCompressed(LineFile file, LineFile.Buffer buffer) throws IOException {
        while (this.end < file.size()) {
            Stretch stretch = Gzip.stretch(file, this.end, buffer);
            if (stretch == null) {
                return;
            }
            add(stretch);
        }
    }

    private void add(Stretch stretch) {
        this.stretches.add(stretch);
        this.end = stretch.offset() + stretch.stored();
        this.foreign += stretch.foreign();
    }

    static Stretch stretch(long offset, int length, Lines lines, byte[] bytes) {
        Bounds bounds = new Bounds();
        lines.scan(bytes, length, 0, bounds::add);
        return new Stretch(offset, length, length, bounds.first, bounds.last, lines.foreign(), lines.bad());
    }

    List<Stretch> stretches() {
        return this.stretches;
    }

    /** Returns where the stretches end. */
    long end() {
        return this.end;
    }

    /** Returns how many records of the stretches have no id of ours. */
    long foreign() {
        return this.foreign;
    }

    private static final class Bounds {

        private long first = Long.MAX_VALUE;

        private long last = Long.MIN_VALUE;

        boolean add(Row row) {
            this.first = Math.min(this.first, row.timestampMicros());
            this.last = Math.max(this.last, row.timestampMicros());
            return true;
        }
    }
}
