package org.cloudmesh.ai.telemetry.store.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.cloudmesh.ai.telemetry.store.StoreException;
import org.cloudmesh.ai.telemetry.store.StoreException.Remedy;
import org.jspecify.annotations.Nullable;

/** The file under a store: made private, recognised, watched and put aside. */
final class DatabaseFile {

    /** Marks our files in SQLite's header: the letters CMAT. */
    static final int APPLICATION_ID = 0x434D4154;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private static final String CORRUPT = ".corrupt-";

    private static final DateTimeFormatter QUARANTINED =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final int HEADER = 100;

    private static final int APPLICATION_ID_AT = 68;

    private static final int PAGE_SIZE_AT = 16;

    private static final int PAGES_AT = 28;

    private static final Set<String> NETWORK =
            Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph");

    private final Path path;

    private @Nullable Object key;

    private @Nullable Object knownKey;

    private @Nullable DatabaseLock lock;

    private long size;

    private long modified = Long.MIN_VALUE;

    private @Nullable Damage damage;

    DatabaseFile(Path path) {
        this.path = path;
    }

    Path path() {
        return this.path;
    }

    /** Returns the name that SQLite opens; no character of the path has a meaning in it. */
    String url() {
        return "jdbc:sqlite:file:" + this.path.toUri().getRawPath();
    }

    /** Makes the file and its directories if need be, for the owner alone; refuses what is no plain file. */
    void create() throws StoreException {
        try {
            Path parent = this.path.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createFile(this.path, ownerOnly());
            } catch (FileAlreadyExistsException ex) {
                checkExisting();
                this.modified = Math.max(modified(this.path), modified(sibling("-wal")));
            }
            if (!Files.isWritable(this.path)) {
                throw refused("it cannot be written", null);
            }
            if (parent != null && !Files.isWritable(parent)) {
                throw refused("its directory cannot be written", null);
            }
            BasicFileAttributes now = attributes();
            this.key = now.fileKey();
            this.size = now.size();
        } catch (AccessDeniedException ex) {
            throw refused("permission denied for " + ex.getFile(), ex);
        } catch (IOException ex) {
            throw refused(ex.toString(), ex);
        }
    }

    /**
     * Takes the lock that keeps other copies of SQLite's library away, before anything reads the file.
     * {@link #unlock()} lets go.
     */
    void lock() throws StoreException {
        unlock();
        this.lock = DatabaseLock.acquire(this.path, this.key);
        String disturbance = disturbance();
        if (disturbance != null) {
            unlock();
            throw new StoreException(Remedy.REOPEN, this.path + " " + disturbance + " while it was opened", null);
        }
    }

    /** Lets go of the lock; connections that are still open hold it on. */
    void unlock() {
        DatabaseLock lock = this.lock;
        this.lock = null;
        if (lock != null) {
            lock.close();
        }
    }

    /** Returns the lock. */
    DatabaseLock held() {
        DatabaseLock lock = this.lock;
        if (lock == null) {
            throw new IllegalStateException(this.path + " is not locked");
        }
        return lock;
    }

    private void checkExisting() throws IOException, StoreException {
        if (Files.isSymbolicLink(this.path)) {
            throw refused("it is a symbolic link", null);
        }
        if (!Files.isRegularFile(this.path, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(Files.isDirectory(this.path) ? "it is a directory" : "it is no plain file", null);
        }
    }

    /** Returns whether there is nothing in the file yet. */
    boolean isEmpty() throws StoreException {
        try {
            return attributes().size() == 0;
        } catch (IOException ex) {
            throw refused(ex.toString(), ex);
        }
    }

    /** Returns whether the header, as far as it is there, is that of an SQLite file. */
    boolean isSqlite() throws StoreException {
        byte[] header = header();
        return header.length >= MAGIC.length
                && ByteBuffer.wrap(header, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    /** Returns whether the header carries our mark. */
    boolean isOurs() throws StoreException {
        byte[] header = header();
        return isSqlite()
                && header.length == HEADER
                && ByteBuffer.wrap(header).getInt(APPLICATION_ID_AT) == APPLICATION_ID;
    }

    /** Remembers that the file was found to be ours, whatever is done to its bytes later. */
    void known() {
        this.knownKey = this.key;
    }

    /** Returns whether the very file was found to be ours before. */
    boolean isKnown() {
        return this.key != null && this.key.equals(this.knownKey);
    }

    /** Returns whether the file starts with the Python module's table, for a file that SQLite cannot read. */
    boolean looksLikePython() throws StoreException {
        String text = new String(beginning(4096), StandardCharsets.ISO_8859_1);
        return isSqlite() && text.contains("CREATE TABLE telemetry (") && text.contains("metrics TEXT");
    }

    /**
     * Says whether the path still leads to the file that was opened.
     *
     * @return what happened to it; null when nothing did
     */
    @Nullable
    String disturbance() {
        try {
            BasicFileAttributes now = attributes();
            if (!Objects.equals(now.fileKey(), this.key)) {
                return "was replaced";
            }
            if (now.size() < this.size && (now.size() < HEADER || now.size() < promisedSize())) {
                return "was cut short";
            }
            this.size = now.size();
            return null;
        } catch (IOException | StoreException ex) {
            return "is no longer there";
        }
    }

    /** Returns the size that the header tells. SQLite itself lowers that before it gives pages back. */
    private long promisedSize() throws StoreException {
        byte[] header = header();
        if (header.length < HEADER) {
            return HEADER;
        }
        ByteBuffer fields = ByteBuffer.wrap(header);
        int pageSize = Short.toUnsignedInt(fields.getShort(PAGE_SIZE_AT));
        return Integer.toUnsignedLong(fields.getInt(PAGES_AT)) * (pageSize == 1 ? 1 << 16 : pageSize);
    }

    /**
     * Returns when an earlier user last wrote the file, in milliseconds since 1970; {@link Long#MIN_VALUE} for a new
     * one.
     */
    long modified() {
        return this.modified;
    }

    /** Returns the bytes of the database and of what is not yet in it. */
    long bytes() {
        return size(this.path) + size(sibling("-wal"));
    }

    long walBytes() {
        return size(sibling("-wal"));
    }

    /** Remembers that the file, as it is now, is damaged and stays where it is for that time. */
    void damaged(String reason, Duration time) {
        this.damage = new Damage(reason, System.nanoTime() + time.toNanos(), stamp());
    }

    /**
     * Refuses a file that was found to be damaged, unless something was done about it.
     *
     * @throws StoreException with the reason
     */
    void checkDamage() throws StoreException {
        Damage damage = this.damage;
        if (damage != null) {
            if (System.nanoTime() - damage.until < 0 && damage.stamp.equals(stamp())) {
                throw refused(damage.reason, null);
            }
            this.damage = null;
        }
    }

    private String stamp() {
        try {
            BasicFileAttributes now = attributes();
            return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
        } catch (IOException ex) {
            return "";
        }
    }

    /** Returns when a file was last put aside, null when that is not known. */
    @Nullable
    Instant lastQuarantine() {
        Instant last = null;
        String prefix = this.path.getFileName() + CORRUPT;
        Path directory = this.path.toAbsolutePath().getParent();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                Objects.requireNonNull(directory),
                (file) -> file.getFileName().toString().startsWith(prefix))) {
            for (Path file : files) {
                Instant instant = instant(file.getFileName().toString().substring(prefix.length()));
                if (instant != null && (last == null || instant.isAfter(last))) {
                    last = instant;
                }
            }
        } catch (IOException | DirectoryIteratorException ex) {
            return last;
        }
        return last;
    }

    private static @Nullable Instant instant(String stamp) {
        try {
            return QUARANTINED.parse(stamp, Instant::from);
        } catch (DateTimeException ex) {
            // The log or the shared memory of such a file.
            return null;
        }
    }

    /** Returns whether another file has the path. */
    boolean isReplaced() throws IOException {
        return !Objects.equals(attributes().fileKey(), this.key);
    }

    /** Puts a damaged file aside. */
    Path quarantine(Instant now) throws StoreException {
        Path aside = sibling(CORRUPT + QUARANTINED.format(now));
        try {
            for (String suffix : new String[] {"", "-wal", "-shm"}) {
                Path file = sibling(suffix);
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.move(
                            file, aside.resolveSibling(aside.getFileName() + suffix), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            return aside;
        } catch (IOException ex) {
            throw refused("it is damaged and cannot be put aside: " + ex, ex);
        }
    }

    /** Returns whether the file lies where SQLite's shared memory does not work. */
    boolean isRemote() {
        try {
            String type = Files.getFileStore(this.path).type().toLowerCase(Locale.ROOT);
            return NETWORK.contains(type) || type.startsWith("fuse.");
        } catch (IOException ex) {
            return false;
        }
    }

    StoreException refused(String reason, @Nullable Throwable cause) {
        return new StoreException(Remedy.REFUSED, "Cannot use " + this.path + ": " + reason, cause);
    }

    /** Returns the path with something added to its name. */
    Path sibling(String suffix) {
        return this.path.resolveSibling(this.path.getFileName() + suffix);
    }

    private byte[] header() throws StoreException {
        return beginning(HEADER);
    }

    private byte[] beginning(int length) throws StoreException {
        try {
            return held().beginning(length);
        } catch (IOException ex) {
            throw refused(ex.toString(), ex);
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(this.path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private FileAttribute<?>[] ownerOnly() {
        return this.path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static long modified(Path file) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.size() == 0
                    ? Long.MIN_VALUE
                    : attributes.lastModifiedTime().toMillis();
        } catch (IOException ex) {
            return Long.MIN_VALUE;
        }
    }

    private record Damage(String reason, long until, String stamp) {}

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException ex) {
            return 0;
        }
    }
}
