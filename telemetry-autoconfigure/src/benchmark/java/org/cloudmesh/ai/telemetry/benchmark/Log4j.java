package org.cloudmesh.ai.telemetry.benchmark;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.async.AsyncLoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.apache.logging.log4j.message.MapMessage;

/** Log4j2 with asynchronous loggers and a JSON template, into a file. */
final class Log4j implements AutoCloseable {

    private static final String TEMPLATE = "{\"timestamp\":{\"$resolver\":\"timestamp\"},\"level\":{\"$resolver\":\"level\","
            + "\"field\":\"name\"},\"record\":{\"$resolver\":\"message\",\"stringified\":false}}";

    private final AsyncLoggerContext context;

    private final Logger logger;

    Log4j(Path file) {
        System.setProperty("log4j.provider", "org.apache.logging.log4j.core.impl.Log4jProvider");
        System.setProperty(
                "log4j2.contextSelector", "org.apache.logging.log4j.core.async.AsyncLoggerContextSelector");
        System.setProperty("log4j2.asyncQueueFullPolicy", "Default");
        ConfigurationBuilder<BuiltConfiguration> builder = ConfigurationBuilderFactory.newConfigurationBuilder();
        builder.setStatusLevel(Level.ERROR);
        builder.add(builder.newAppender("file", "RandomAccessFile")
                .addAttribute("fileName", file.toString())
                .addAttribute("append", true)
                .addAttribute("immediateFlush", false)
                .add(builder.newLayout("JsonTemplateLayout").addAttribute("eventTemplate", TEMPLATE)));
        builder.add(builder.newRootLogger(Level.INFO).add(builder.newAppenderRef("file")));
        this.context = (AsyncLoggerContext) Configurator.initialize(builder.build());
        this.logger = this.context.getLogger("benchmark");
    }

    void log(Sample sample, int i) {
        Fields message = new Fields(Sample.NAMES.length + 3);
        message.with("status", sample.status(i).value());
        message.with("event", sample.event(i));
        for (int m = 0; m < Sample.NAMES.length; m++) {
            message.with(Sample.NAMES[m], sample.value(i, m));
        }
        message.with("message", sample.message(i));
        this.logger.info(message);
    }

    /** Waits until the ring buffer is empty. */
    void settle() {
        var ring = this.context.createRingBufferAdmin();
        while (ring.getRemainingCapacity() < ring.getBufferSize()) {
            LockSupport.parkNanos(100_000);
        }
    }

    @Override
    public void close() {
        this.context.close();
    }

    /** Text and numbers by name. */
    private static final class Fields extends MapMessage<Fields, Object> {

        private static final long serialVersionUID = 1L;

        Fields(int size) {
            super(size);
        }
    }
}
