/*
 * Stands in for NVIDIA's library where there is no card: two cards, of which the first does not support the power
 * reading, and the second is lost ("fallen off the bus"): as soon as there is the file that NVML_STAND_IN_LOST names, or
 * else from its third reading on.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUCCESS 0
#define UNINITIALIZED 1
#define INVALID_ARGUMENT 2
#define NOT_SUPPORTED 3
#define GPU_IS_LOST 15

struct device {
    int index;
    int readings;
};

struct memory {
    unsigned long long total, free, used;
};

struct utilization {
    unsigned int gpu, memory;
};

static struct device devices[2] = {{0, 0}, {1, 0}};
static int initialized;

static int lost(struct device *device) {
    const char *file = getenv("NVML_STAND_IN_LOST");
    return device->index == 1 && (file != NULL ? access(file, F_OK) == 0 : device->readings > 2);
}

int nvmlInit_v2(void) {
    initialized++;
    return SUCCESS;
}

int nvmlShutdown(void) {
    initialized--;
    return SUCCESS;
}

int nvmlDeviceGetCount_v2(unsigned int *count) {
    *count = 2;
    return initialized > 0 ? SUCCESS : UNINITIALIZED;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned int index, struct device **device) {
    if (index > 1) {
        return INVALID_ARGUMENT;
    }
    *device = &devices[index];
    return SUCCESS;
}

int nvmlDeviceGetName(struct device *device, char *name, unsigned int length) {
    strncpy(name, device->index == 0 ? "Stand-in A100" : "Stand-in T4", length);
    return SUCCESS;
}

int nvmlDeviceGetUUID(struct device *device, char *uuid, unsigned int length) {
    strncpy(uuid, device->index == 0 ? "GPU-00000000-a" : "GPU-00000000-b", length);
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(struct device *device, struct memory *memory) {
    device->readings++;
    if (lost(device)) {
        return GPU_IS_LOST;
    }
    memory->total = device->index == 0 ? 85899345920ULL : 17179869184ULL;
    memory->used = device->index == 0 ? 42949672960ULL : 1073741824ULL;
    memory->free = memory->total - memory->used;
    return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(struct device *device, struct utilization *utilization) {
    if (lost(device)) {
        return GPU_IS_LOST;
    }
    utilization->gpu = device->index == 0 ? 96 : 40;
    utilization->memory = 50;
    return SUCCESS;
}

int nvmlDeviceGetTemperature(struct device *device, int sensor, unsigned int *celsius) {
    if (lost(device)) {
        return GPU_IS_LOST;
    }
    *celsius = device->index == 0 ? 71 : 48;
    return sensor == 0 ? SUCCESS : INVALID_ARGUMENT;
}

int nvmlDeviceGetPowerUsage(struct device *device, unsigned int *milliwatts) {
    if (device->index == 0) {
        return NOT_SUPPORTED;
    }
    if (lost(device)) {
        return GPU_IS_LOST;
    }
    *milliwatts = 62500;
    return SUCCESS;
}
