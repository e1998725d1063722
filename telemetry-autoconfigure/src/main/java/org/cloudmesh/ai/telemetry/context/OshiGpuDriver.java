package org.cloudmesh.ai.telemetry.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import oshi.SystemInfo;
import oshi.hardware.GpuStats;
import oshi.hardware.GraphicsCard;

/** Reads the cards of macOS, Windows and other systems than Linux as OSHI gives them. */
final class OshiGpuDriver implements GpuDriver {

    private static final List<String> VENDORS =
            List.of("nvidia", "amd", "advanced micro", "intel", "apple", "qualcomm");

    private final List<OshiGpu> gpus = new ArrayList<>();

    @Override
    public String name() {
        return "OSHI";
    }

    @Override
    public List<? extends Gpu> open(List<Card> others) {
        boolean nvidiaKnown = others.stream().anyMatch(card -> "NVIDIA".equals(card.vendor()));
        for (GraphicsCard card : new SystemInfo().getHardware().getGraphicsCards()) {
            String vendor = card.getVendor().toLowerCase(Locale.ROOT);
            boolean computes = VENDORS.stream().anyMatch(vendor::contains);
            if (computes && !(nvidiaKnown && vendor.contains("nvidia"))) {
                this.gpus.add(new OshiGpu(card, this.gpus.size()));
            }
        }
        return this.gpus;
    }

    @Override
    public void close() {
        this.gpus.forEach(gpu -> gpu.stats.close());
    }

    private static final class OshiGpu implements Gpu {

        private final Card card;

        private final GpuStats stats;

        OshiGpu(GraphicsCard card, int index) {
            this.stats = card.createStatsSession();
            this.card = Card.of(
                    "gpu-" + index, card.getName(), card.getVendor(), card.getVRam() > 0 ? card.getVRam() : null);
        }

        @Override
        public Card card() {
            return this.card;
        }

        @Override
        public Card read() {
            long used = this.stats.getVramUsed();
            return this.card.with(
                    this.card.memoryTotal(),
                    used >= 0 ? used : null,
                    known(this.stats.getGpuUtilization()),
                    known(this.stats.getTemperature()),
                    known(this.stats.getPowerDraw()));
        }

        private static @Nullable Double known(double value) {
            return value >= 0 ? value : null;
        }
    }
}
