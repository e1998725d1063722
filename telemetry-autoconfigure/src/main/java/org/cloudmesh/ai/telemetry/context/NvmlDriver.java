package org.cloudmesh.ai.telemetry.context;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads NVIDIA cards through the library that comes with their driver (NVML). OSHI 7.5 asks it too, but not for the
 * utilization on Linux.
 */
final class NvmlDriver implements GpuDriver {

    private static final int SUCCESS = 0;

    private static final int NOT_SUPPORTED = 3;

    private static final int NAME_LENGTH = 96;

    private final BooleanSupplier likely;

    private @Nullable NativeLibrary nvml;

    /**
     * Makes a driver.
     *
     * @param likely whether it is worth loading anything; asked when the cards are looked for
     */
    NvmlDriver(BooleanSupplier likely) {
        this.likely = likely;
    }

    @Override
    public String name() {
        return "NVML";
    }

    @Override
    public List<? extends Gpu> open(List<Card> others) {
        if (!this.likely.getAsBoolean()) {
            return List.of();
        }
        NativeLibrary nvml;
        try {
            nvml = NativeLibrary.getInstance(HostFiles.LINUX ? NvmlLibrary.LINUX_NAME : "nvml");
        } catch (UnsatisfiedLinkError ex) {
            // No driver, so no card that it could read.
            return List.of();
        }
        if (call(nvml, "nvmlInit_v2") != SUCCESS) {
            return List.of();
        }
        this.nvml = nvml;
        IntByReference count = new IntByReference();
        call(nvml, "nvmlDeviceGetCount_v2", count);
        List<NvidiaGpu> gpus = new ArrayList<>();
        for (int i = 0; i < count.getValue(); i++) {
            PointerByReference device = new PointerByReference();
            if (call(nvml, "nvmlDeviceGetHandleByIndex_v2", i, device) == SUCCESS) {
                gpus.add(new NvidiaGpu(nvml, device.getValue(), i));
            }
        }
        return gpus;
    }

    @Override
    public void close() {
        NativeLibrary nvml = this.nvml;
        this.nvml = null;
        if (nvml != null) {
            call(nvml, "nvmlShutdown");
        }
    }

    /** Returns the function's code; a function that this release of the driver lacks is not supported. */
    private static int call(NativeLibrary nvml, String name, Object... arguments) {
        Function function;
        try {
            function = nvml.getFunction(name);
        } catch (UnsatisfiedLinkError ex) {
            return NOT_SUPPORTED;
        }
        return function.invokeInt(arguments);
    }

    private static final class NvidiaGpu implements Gpu {

        private final NativeLibrary nvml;

        private final Pointer device;

        private Card card;

        /** Takes the largest of the structures: total, free and used memory. */
        private final Memory buffer = new Memory(24);

        NvidiaGpu(NativeLibrary nvml, Pointer device, int index) {
            this.nvml = nvml;
            this.device = device;
            String id = text("nvmlDeviceGetUUID");
            this.card = Card.of(id == null ? "nvidia-" + index : id, text("nvmlDeviceGetName"), "NVIDIA", null);
        }

        @Override
        public Card card() {
            return this.card;
        }

        @Override
        public Card read() {
            int memory = call(this.nvml, "nvmlDeviceGetMemoryInfo", this.device, this.buffer);
            Long total = memory == SUCCESS ? (Long) this.buffer.getLong(0) : this.card.memoryTotal();
            Long used = memory == SUCCESS ? (Long) this.buffer.getLong(16) : null;
            int utilization = call(this.nvml, "nvmlDeviceGetUtilizationRates", this.device, this.buffer);
            Double percent = utilization == SUCCESS ? (Double) (double) this.buffer.getInt(0) : null;
            int heat = call(this.nvml, "nvmlDeviceGetTemperature", this.device, 0, this.buffer);
            Double celsius = heat == SUCCESS ? (Double) (double) this.buffer.getInt(0) : null;
            int draw = call(this.nvml, "nvmlDeviceGetPowerUsage", this.device, this.buffer);
            Double watts = draw == SUCCESS ? (Double) (this.buffer.getInt(0) / 1000.0) : null;
            if (memory != SUCCESS && percent == null && celsius == null && watts == null) {
                throw new IllegalStateException(this.card.model() + " (" + this.card.id() + "), NVML error " + memory);
            }
            Card card = this.card.with(total, used, percent, celsius, watts);
            this.card = card.withoutFigures();
            return card;
        }

        private @Nullable String text(String function) {
            Memory text = new Memory(NAME_LENGTH);
            text.clear();
            if (call(this.nvml, function, this.device, text, NAME_LENGTH) != SUCCESS) {
                return null;
            }
            String value = text.getString(0).strip();
            return value.isEmpty() ? null : value;
        }
    }
}
