package org.cloudmesh.ai.telemetry.actuate;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloudmesh.ai.telemetry.store.Deadline;
import org.cloudmesh.ai.telemetry.store.QueryException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a query that pushes records into bytes that a web server pulls, through a few chunks in between. The query runs
 * on a thread of its own; it ends when the reader closes the stream, and when the reader takes nothing for a minute: it
 * holds a store open. A query that fails makes reading fail, so that half an export never looks like a whole one.
 */
final class ExportStream extends InputStream {

    private static final int CHUNK = 32 * 1024;

    private static final int CHUNKS = 4;

    private static final long PATIENCE_SECONDS = 60;

    private static final byte[] END = {};

    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS);

    private final Deadline deadline = Deadline.none();

    private volatile boolean ended;

    private volatile @Nullable Throwable failure;

    private byte[] chunk = {};

    private int position;

    private boolean exhausted;

    /** Writes what is to be read. */
    @FunctionalInterface
    interface Query {

        void writeTo(OutputStream out, Deadline deadline) throws IOException;
    }

    ExportStream(Query query) {
        Thread thread = new Thread(() -> run(query), "telemetry-export");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Query query) {
        try (Chunks out = new Chunks()) {
            query.writeTo(out, this.deadline);
            out.end();
        } catch (Throwable ex) {
            this.failure = ex;
        } finally {
            this.ended = true;
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? this.chunk[this.position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, this.chunk.length - this.position);
        System.arraycopy(this.chunk, this.position, target, offset, count);
        this.position += count;
        return count;
    }

    private boolean fill() throws IOException {
        if (this.position < this.chunk.length) {
            return true;
        }
        if (this.exhausted) {
            return false;
        }
        try {
            byte[] next = this.chunks.poll(1, TimeUnit.SECONDS);
            while (next == null) {
                if (this.ended && this.chunks.isEmpty()) {
                    throw new IOException("The export broke off", this.failure);
                }
                next = this.chunks.poll(1, TimeUnit.SECONDS);
            }
            this.chunk = next;
            this.position = 0;
            this.exhausted = next == END;
            return !this.exhausted;
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() {
        this.deadline.cancel();
        this.chunks.clear();
    }

    /** Gathers bytes into chunks and hands them over. */
    private final class Chunks extends OutputStream {

        private final byte[] gathered = new byte[CHUNK];

        private int size;

        @Override
        public void write(int b) throws IOException {
            if (this.size == CHUNK) {
                flush();
            }
            this.gathered[this.size++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int written = 0;
            while (written < length) {
                if (this.size == CHUNK) {
                    flush();
                }
                int count = Math.min(length - written, CHUNK - this.size);
                System.arraycopy(bytes, offset + written, this.gathered, this.size, count);
                this.size += count;
                written += count;
            }
        }

        @Override
        public void flush() throws IOException {
            if (this.size > 0) {
                hand(Arrays.copyOf(this.gathered, this.size));
                this.size = 0;
            }
        }

        void end() throws IOException {
            flush();
            hand(END);
        }

        @Override
        public void close() {
            // What is gathered when a query fails is not handed over: the reader must see the failure.
        }

        private void hand(byte[] bytes) throws IOException {
            try {
                deadline.check();
                if (!chunks.offer(bytes, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new QueryException(
                            QueryException.Reason.DEADLINE, "The reader of the export takes nothing any more", null);
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }
}
