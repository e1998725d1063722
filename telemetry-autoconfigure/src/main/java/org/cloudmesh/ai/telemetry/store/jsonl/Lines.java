package org.cloudmesh.ai.telemetry.store.jsonl;

import java.util.function.Predicate;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.store.json.RecordReader;
import org.cloudmesh.ai.telemetry.store.query.MemoryRecordView;
import org.cloudmesh.ai.telemetry.store.query.RecordView;

/** Shows the records of lines in memory; lines that are none are skipped and counted. Not thread-safe. */
final class Lines {

    private final RecordReader reader;

    private final Line line;

    private long foreign;

    private long bad;

    Lines(RecordReader reader) {
        this.reader = reader;
        this.line = new Line(reader);
    }

    /**
     * Shows the records of whole lines.
     *
     * @param foreignBefore how many records without an id of ours come before these lines
     * @return whether the visitor wants more
     */
    boolean scan(byte[] json, int from, int to, long foreignBefore, Predicate<RecordView> visitor) {
        this.foreign = foreignBefore;
        this.bad = 0;
        int at = from;
        while (at < to) {
            int next = this.line.read(json, at, to);
            RecordView row = this.line;
            if (next < 0) {
                next = end(json, at, to);
                TelemetryRecord record = this.reader.read(json, at, next - 1 - at, () -> ++this.foreign);
                if (record == null) {
                    this.bad += isBlank(json, at, next) ? 0 : 1;
                    at = next;
                    continue;
                }
                row = new MemoryRecordView(record);
            }
            at = next;
            if (!visitor.test(row)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the length of the whole lines among the first bytes; 0 when there is none. */
    static int whole(byte[] bytes, int length) {
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /** Returns how many records without an id of ours there are up to the end of the last scan. */
    long foreign() {
        return this.foreign;
    }

    /** Returns how many lines of the last scan were no record. */
    long bad() {
        return this.bad;
    }

    private static int end(byte[] json, int from, int length) {
        int at = from;
        while (at < length && json[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, length);
    }

    private static boolean isBlank(byte[] json, int from, int to) {
        for (int i = from; i < to; i++) {
            if (json[i] != ' ' && json[i] != '\t' && json[i] != '\r' && json[i] != '\n') {
                return false;
            }
        }
        return true;
    }
}
