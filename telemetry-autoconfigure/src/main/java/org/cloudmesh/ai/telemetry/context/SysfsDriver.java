package org.cloudmesh.ai.telemetry.context;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads AMD, Intel and driverless NVIDIA cards from the kernel's files, the same ones that OSHI reads. OSHI itself
 * would start {@code lspci} and {@code lshw} to find the cards. Display adapters of other makers, such as those of
 * servers and virtual machines, compute nothing and are left out.
 */
final class SysfsDriver implements GpuDriver {

    private static final String DRM = "/sys/class/drm";

    private static final Map<String, String> VENDORS = Map.of("0x1002", "AMD", "0x8086", "Intel", "0x10de", "NVIDIA");

    private static final List<String> PCI_NAMES =
            List.of("/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/var/lib/pciutils/pci.ids");

    private final HostFiles files;

    SysfsDriver(HostFiles files) {
        this.files = files;
    }

    @Override
    public String name() {
        return "sysfs";
    }

    @Override
    public List<? extends Gpu> open(List<Card> others) {
        boolean nvidiaKnown = others.stream().anyMatch(card -> "NVIDIA".equals(card.vendor()));
        List<SysfsGpu> gpus = new ArrayList<>();
        for (String name : this.files.names(DRM)) {
            String device = DRM + '/' + name + "/device";
            String vendor = name.matches("card\\d+") ? VENDORS.get(word(device + "/vendor")) : null;
            if (vendor != null && !(nvidiaKnown && vendor.equals("NVIDIA"))) {
                gpus.add(new SysfsGpu(device, address(name, device), vendor));
            }
        }
        return gpus;
    }

    private String word(String path) {
        String word = this.files.word(path);
        return word == null ? "" : word;
    }

    /** The address on the bus, which the link to the device ends in. */
    private String address(String name, String device) {
        try {
            return this.files.path(device).toRealPath().getFileName().toString();
        } catch (IOException ex) {
            return name;
        }
    }

    private final class SysfsGpu implements Gpu {

        private final String device;

        private final @Nullable String sensors;

        private final Card card;

        SysfsGpu(String device, String address, String vendor) {
            this.device = device;
            List<String> monitors = SysfsDriver.this.files.names(device + "/hwmon");
            this.sensors = monitors.isEmpty() ? null : device + "/hwmon/" + monitors.get(0);
            this.card = Card.of(address, model(device), vendor, number("/mem_info_vram_total"));
        }

        @Override
        public Card card() {
            return this.card;
        }

        @Override
        public Card read() {
            Long busy = number("/gpu_busy_percent");
            return this.card.with(
                    this.card.memoryTotal(),
                    number("/mem_info_vram_used"),
                    busy == null ? null : busy.doubleValue(),
                    scaled("/temp1_input", 1e3),
                    power());
        }

        private @Nullable Double power() {
            Double average = scaled("/power1_average", 1e6);
            return average == null ? scaled("/power1_input", 1e6) : average;
        }

        private @Nullable Long number(String file) {
            return SysfsDriver.this.files.number(this.device + file);
        }

        private @Nullable Double scaled(String file, double unit) {
            Long value = this.sensors == null ? null : SysfsDriver.this.files.number(this.sensors + file);
            return value == null ? null : Double.valueOf(value / unit);
        }

        private @Nullable String model(String device) {
            String product = SysfsDriver.this.files.word(device + "/product_name");
            return product == null ? pciName(word(device + "/vendor"), word(device + "/device")) : product;
        }

        /** Looks the model up in the list of PCI devices that most Linux systems carry. */
        private @Nullable String pciName(String vendor, String device) {
            if (vendor.length() != 6 || device.length() != 6) {
                return null;
            }
            for (String list : PCI_NAMES) {
                boolean within = false;
                for (String line : SysfsDriver.this.files.lines(list)) {
                    if (line.startsWith(vendor.substring(2))) {
                        within = true;
                    } else if (within && line.startsWith("\t" + device.substring(2))) {
                        return line.substring(5).strip();
                    } else if (within && !line.startsWith("\t") && !line.startsWith("#")) {
                        break;
                    }
                }
            }
            return null;
        }
    }
}
