package org.cloudmesh.ai.telemetry.actuate;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/** Files of the dashboard, all in one folder of the class path. */
final class DashboardFiles {

    /** Folder of the dashboard that comes with this library. */
    static final String FOLDER = "org/cloudmesh/ai/telemetry/actuate/dashboard/";

    private static final Map<String, MimeType> TYPES = Map.of(
            "js", MimeType.valueOf("text/javascript;charset=UTF-8"),
            "css", MimeType.valueOf("text/css;charset=UTF-8"),
            "svg", MimeType.valueOf("image/svg+xml"),
            "png", MimeType.valueOf("image/png"),
            "txt", MimeType.valueOf("text/plain;charset=UTF-8"));

    // One plain segment: no way out of the folder, and no hidden file.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{1,20}){1,3}");

    private final String folder;

    DashboardFiles(String folder) {
        this.folder = folder;
    }

    @Nullable
    Resource page() {
        return file("index.html");
    }

    /** Returns a file that the page asks for; null when there is none of that name. */
    @Nullable
    Resource asset(String name) {
        return NAME.matcher(name).matches() && type(name) != null ? file(name) : null;
    }

    static @Nullable MimeType type(String name) {
        return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    private @Nullable Resource file(String name) {
        Resource resource = new ClassPathResource(this.folder + name, DashboardFiles.class.getClassLoader());
        return resource.exists() ? resource : null;
    }
}
