package org.cloudmesh.ai.telemetry.actuate;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.cloudmesh.ai.telemetry.pipeline.PipelineView;
import org.cloudmesh.ai.telemetry.pipeline.StoreStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is told of a store that fails while it is asked: over HTTP in words without directories, in the log once for
 * each kind of failure, with its stack trace. Stores are the application's own code too, so that anything may be
 * thrown. Thread-safe.
 */
final class StoreFailures {

    private static final Logger logger = LoggerFactory.getLogger(StoreFailures.class);

    // Each failure has its own line once; a store that words each one differently must not fill the log or the heap.
    private static final int MOST = 20;

    private static final Pattern DIRECTORIES =
            Pattern.compile("(?<![\\w:/.\\\\])(?:[A-Za-z]:)?[/\\\\](?:[^\\s/\\\\'\"]+[/\\\\])+");

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** Returns the state of the stores; empty when even that fails. */
    List<StoreStatus> stores(PipelineView pipeline) {
        try {
            return pipeline.stores();
        } catch (RuntimeException | LinkageError ex) {
            tell(ex);
            return List.of();
        }
    }

    void tell(Throwable failure) {
        if (this.told.size() < MOST && this.told.add(failure.getClass().getName())) {
            logger.warn(
                    "A telemetry store failed while it was read; further failures of this kind are not logged",
                    failure);
        }
    }

    /** Returns a reason without the directories that the stores' files lie in. */
    static String withoutDirectories(@Nullable String reason, List<StoreStatus> stores) {
        String text = String.valueOf(reason);
        for (StoreStatus store : stores) {
            Path path = store.path();
            Path directory =
                    path == null ? null : path.toAbsolutePath().normalize().getParent();
            if (directory != null && directory.getNameCount() > 0) {
                String name = directory.toString();
                text = text.replace(name + directory.getFileSystem().getSeparator(), "")
                        .replace(name, "its directory");
            }
        }
        return DIRECTORIES.matcher(text).replaceAll("");
    }
}
