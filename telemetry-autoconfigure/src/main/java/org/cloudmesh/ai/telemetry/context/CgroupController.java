package org.cloudmesh.ai.telemetry.context;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one controller's files of this process's control group lie: its own directory first, then those of the groups
 * around it, whose limits count as well.
 *
 * @param version 1 or 2
 * @param directories absolute, the innermost first
 */
record CgroupController(int version, List<String> directories) {

    /** Finds a controller, for example {@code memory}; null where this system has none. */
    static @Nullable CgroupController find(HostFiles files, String name) {
        Mount second = null;
        for (String line : files.lines("/proc/self/mountinfo")) {
            Mount mount = Mount.parse(line);
            if (mount != null && mount.version == 1 && mount.controllers.contains(name)) {
                return mount.controller(files, name);
            }
            if (mount != null && mount.version == 2) {
                second = mount;
            }
        }
        return second == null ? null : second.controller(files, "");
    }

    /**
     * A mounted hierarchy.
     *
     * @param root path of the group that is mounted
     * @param controllers of version 1
     */
    private record Mount(int version, String root, String point, List<String> controllers) {

        static @Nullable Mount parse(String line) {
            int separator = line.indexOf(" - ");
            String[] left = line.split(" ");
            String[] right = separator < 0
                    ? new String[0]
                    : line.substring(separator + 3).split(" ");
            if (left.length < 5 || right.length < 3 || !right[0].startsWith("cgroup")) {
                return null;
            }
            int version = right[0].equals("cgroup2") ? 2 : 1;
            return new Mount(version, left[3], left[4], List.of(right[2].split(",")));
        }

        CgroupController controller(HostFiles files, String name) {
            String path = path(files, name);
            // Inside a container, the path may be the host's, while the container's own group is mounted as the root.
            String relative = this.root.equals("/") ? path : within(path) ? path.substring(this.root.length()) : "";
            List<String> directories = new ArrayList<>();
            for (String rest = strip(relative); !rest.isEmpty(); rest = rest.substring(0, rest.lastIndexOf('/'))) {
                if (files.exists(this.point + rest)) {
                    directories.add(this.point + rest);
                }
            }
            directories.add(this.point);
            return new CgroupController(this.version, directories);
        }

        private boolean within(String path) {
            return path.equals(this.root) || path.startsWith(this.root + '/');
        }

        /** The path of this process's group, from lines such as {@code 4:memory:/app} or {@code 0::/app}. */
        private String path(HostFiles files, String name) {
            for (String line : files.lines("/proc/self/cgroup")) {
                String[] parts = line.split(":", 3);
                if (parts.length == 3 && List.of(parts[1].split(",")).contains(name)) {
                    return parts[2];
                }
            }
            return "/";
        }

        private static String strip(String path) {
            return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        }
    }
}
