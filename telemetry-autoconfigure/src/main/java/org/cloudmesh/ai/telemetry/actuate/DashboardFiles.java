package org.cloudmesh.ai.telemetry.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.web.util.UriUtils;

/** Files of the dashboard, all in one folder of the class path beside this class. */
final class DashboardFiles {

    private static final String FOLDER = "dashboard/";

    private static final Map<String, MimeType> TYPES = Map.of(
            "js", MimeType.valueOf("text/javascript;charset=UTF-8"),
            "css", MimeType.valueOf("text/css;charset=UTF-8"),
            "svg", MimeType.valueOf("image/svg+xml"),
            "png", MimeType.valueOf("image/png"),
            "txt", MimeType.valueOf("text/plain;charset=UTF-8"));

    // One plain segment: no way out of the folder, and no hidden file.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_-]{1,20}){1,3}");

    private DashboardFiles() {}

    /**
     * Returns the page.
     *
     * @param name last segment of the endpoint's path, beneath which the page looks for its files
     */
    static Resource page(String name) {
        try {
            String page = file("index.html").getContentAsString(StandardCharsets.UTF_8);
            String path = UriUtils.encodePathSegment(name, StandardCharsets.UTF_8);
            return new ByteArrayResource(
                    page.replace("telemetry/assets/", path + "/assets/").getBytes(StandardCharsets.UTF_8));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Returns a file that the page asks for; null when there is none of that name. */
    static @Nullable Resource asset(String name) {
        Resource file = NAME.matcher(name).matches() && type(name) != null ? file(name) : null;
        return file != null && file.exists() ? file : null;
    }

    static @Nullable MimeType type(String name) {
        return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    private static Resource file(String name) {
        return new ClassPathResource(FOLDER + name, DashboardFiles.class);
    }
}
