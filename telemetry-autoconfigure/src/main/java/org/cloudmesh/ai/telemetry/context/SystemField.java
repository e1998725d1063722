package org.cloudmesh.ai.telemetry.context;

import java.util.Locale;

/** The fields of a record's {@code system} object, in the order in which it shows them. */
enum SystemField {
    SAMPLED_AT(Kind.FIGURE),
    CPU(Kind.CONSTANT),
    CPU_COUNT(Kind.CONSTANT),
    CPU_PERCENT(Kind.FIGURE),
    CPU_PHYSICAL_COUNT(Kind.CONSTANT),
    CPU_FREQUENCY(Kind.FIGURE),
    LOAD_1M(Kind.FIGURE),
    MEMORY_TOTAL(Kind.CONSTANT),
    MEMORY_USED(Kind.FIGURE),
    SWAP_TOTAL(Kind.CONSTANT),
    SWAP_USED(Kind.FIGURE),
    PROCESS_CPU_PERCENT(Kind.FIGURE),
    PROCESS_MEMORY(Kind.FIGURE),
    HEAP_USED(Kind.FIGURE),
    HEAP_MAX(Kind.CONSTANT),
    GPU_PRESENT(Kind.CONSTANT),
    GPU_MODEL(Kind.CONSTANT),
    GPU_PERCENT(Kind.FIGURE),
    GPU_MEMORY_TOTAL(Kind.CONSTANT),
    GPU_MEMORY_USED(Kind.FIGURE),
    GPUS(Kind.CARDS),
    TEMPERATURE(Kind.FIGURE),
    NUMA_NODES(Kind.CONSTANT),
    DISK_TOTAL(Kind.CONSTANT),
    DISK_FREE(Kind.FIGURE),
    OS(Kind.CONSTANT),
    OS_VERSION(Kind.CONSTANT),
    ARCH(Kind.CONSTANT),
    JVM(Kind.CONSTANT),
    JAVA_VERSION(Kind.CONSTANT),
    CONTAINER(Kind.CONSTANT),
    CONTAINER_CPU_LIMIT(Kind.CONSTANT),
    CONTAINER_MEMORY_LIMIT(Kind.CONSTANT),
    K8S_NAMESPACE(Kind.CONSTANT),
    K8S_POD(Kind.CONSTANT),
    HOST_CPU_COUNT(Kind.CONSTANT),
    HOST_CPU_PERCENT(Kind.FIGURE),
    HOST_MEMORY_TOTAL(Kind.CONSTANT),
    HOST_MEMORY_USED(Kind.FIGURE);

    /** How a field behaves over the life of the process. */
    enum Kind {

        /** Stays the same, or nearly so. */
        CONSTANT,

        /** Belongs to its moment. */
        FIGURE,

        /** Holds both, for each graphics card. */
        CARDS
    }

    private final Kind kind;

    private final String key;

    SystemField(Kind kind) {
        this.kind = kind;
        this.key = name().toLowerCase(Locale.ROOT);
    }

    Kind kind() {
        return this.kind;
    }

    String key() {
        return this.key;
    }
}
