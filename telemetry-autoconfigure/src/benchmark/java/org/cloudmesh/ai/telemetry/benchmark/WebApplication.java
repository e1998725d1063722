package org.cloudmesh.ai.telemetry.benchmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * A web application with the actuator that serves nothing of its own. Knows nothing of telemetry, so that it also runs
 * without it. Says when it is ready, and answers each line that it reads with figures of its JVM.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class WebApplication {

    static final String READY = "ready";

    static final String END = "end";

    private static final int COLLECTIONS = 3;

    public static void main(String[] args) throws Exception {
        new SpringApplicationBuilder(WebApplication.class)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=health,metrics,telemetry")
                .run(args);
        System.out.println(READY);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Fork.answer(line.equals("heap") ? heap() : cpu());
            System.out.println(END);
        }
        // Whoever waits for the end wants no orderly one.
        Runtime.getRuntime().halt(0);
    }

    /** Bytes in use after full collections. */
    private static Map<String, Double> heap() {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return Map.of("heap", least);
    }

    /** Nanoseconds of CPU so far, of the process, of the main thread and of each of ours, and how many threads there are. */
    private static Map<String, Double> cpu() {
        Map<String, Double> figures = new TreeMap<>();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        figures.put("threads", (double) threads.getThreadCount());
        figures.put("main", (double) threads.getCurrentThreadCpuTime());
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("telemetry")) {
                figures.put(
                        "thread:" + thread.getThreadName(),
                        (double) threads.getThreadCpuTime(thread.getThreadId()));
            }
        }
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system) {
            figures.put("cpu", (double) system.getProcessCpuTime());
        }
        return figures;
    }
}
