package org.cloudmesh.ai.telemetry.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Stands between a client and PostgreSQL, and cuts or delays what goes through. */
final class TcpProxy implements AutoCloseable {

    private static final byte[] COMMIT = "COMMIT".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listener;

    private final int target;

    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private final AtomicInteger cuts = new AtomicInteger();

    private volatile long delayNanos;

    private volatile boolean silent;

    TcpProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run("proxy-accept", this::accept);
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + this.listener.getLocalPort() + "/" + database;
    }

    /** Passes the next so many commits on, and cuts the connection instead of bringing their answers back. */
    void cutAfterCommits(int count) {
        this.cuts.set(count);
    }

    /** Returns how many commits are still to be cut. */
    int cutsLeft() {
        return this.cuts.get();
    }

    /** Holds each answer back for so long. */
    void delay(long millis) {
        this.delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Takes connections from now on, or not, without ever answering on them. */
    void silent(boolean silent) {
        this.silent = silent;
    }

    private static void run(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!this.listener.isClosed()) {
            try {
                Socket client = this.listener.accept();
                this.sockets.add(client);
                if (this.silent) {
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
                this.sockets.add(server);
                Link link = new Link(client, server);
                run("proxy-requests", link::requests);
                run("proxy-answers", link::answers);
            } catch (IOException ex) {
                // The server is away: the client sees that its connection ends.
                this.sockets.forEach(TcpProxy::close);
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() throws IOException {
        this.listener.close();
        this.sockets.forEach(TcpProxy::close);
    }

    private final class Link {

        private final Socket client;

        private final Socket server;

        private volatile boolean cutting;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void requests() {
            pass(this.client, this.server, (bytes) -> {
                if (contains(bytes, COMMIT) && TcpProxy.this.cuts.get() > 0) {
                    this.cutting = true;
                }
                return true;
            });
        }

        void answers() {
            pass(this.server, this.client, (bytes) -> {
                if (this.cutting) {
                    // Its answer says that the server has committed.
                    if (contains(bytes, COMMIT)) {
                        TcpProxy.this.cuts.decrementAndGet();
                        return false;
                    }
                    return true;
                }
                if (TcpProxy.this.delayNanos > 0) {
                    LockSupport.parkNanos(TcpProxy.this.delayNanos);
                }
                return true;
            });
        }

        private void pass(Socket from, Socket to, Gate gate) {
            byte[] buffer = new byte[1 << 16];
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    byte[] bytes = Arrays.copyOf(buffer, read);
                    if (!gate.opens(bytes)) {
                        return;
                    }
                    out.write(bytes);
                    out.flush();
                }
            } catch (IOException ex) {
                // One of the two is gone.
                return;
            } finally {
                TcpProxy.this.sockets.remove(from);
                TcpProxy.this.sockets.remove(to);
            }
        }

        private static boolean contains(byte[] bytes, byte[] text) {
            for (int i = 0; i <= bytes.length - text.length; i++) {
                if (Arrays.equals(bytes, i, i + text.length, text, 0, text.length)) {
                    return true;
                }
            }
            return false;
        }
    }

    private interface Gate {

        boolean opens(byte[] bytes);
    }
}
