package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.service.AiServiceContext;
import dev.langchain4j.service.tool.ToolService;
import dev.langchain4j.spi.services.AiServiceContextFactory;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the listeners of {@link LangChain4jServices} to each AI service of LangChain4j, and its tools a watcher,
 * however and wherever the service is built. LangChain4j finds it through {@link ServiceLoader} and takes one such
 * factory alone, so this one lets another that is there make the context. Without an installed recorder, services are
 * as LangChain4j builds them. Thread-safe.
 */
@Internal
public final class LangChain4jServiceContextFactory implements AiServiceContextFactory {

    private static final Logger logger = LoggerFactory.getLogger(LangChain4jServiceContextFactory.class);

    private final @Nullable AiServiceContextFactory other = other();

    /** Creates the factory; LangChain4j does. */
    public LangChain4jServiceContextFactory() {}

    @Override
    public AiServiceContext create(Class<?> aiServiceClass) {
        AiServiceContext context =
                this.other != null ? this.other.create(aiServiceClass) : new AiServiceContext(aiServiceClass) {};
        try {
            AiRecorder recorder = LangChain4jServices.installed();
            if (recorder != null) {
                context.eventListenerRegistrar.register(new LangChain4jServices(recorder).listeners());
                if (context.toolService.getClass() == ToolService.class) {
                    context.toolService = new LangChain4jToolService(recorder);
                }
            }
        } catch (RuntimeException | LinkageError ex) {
            logger.warn("Cannot record the AI service {}", aiServiceClass.getName(), ex);
        }
        return context;
    }

    private static @Nullable AiServiceContextFactory other() {
        Iterator<AiServiceContextFactory> found =
                ServiceLoader.load(AiServiceContextFactory.class).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return null;
                }
                AiServiceContextFactory factory = found.next();
                if (!(factory instanceof LangChain4jServiceContextFactory)) {
                    return factory;
                }
            } catch (ServiceConfigurationError | LinkageError ex) {
                // LangChain4j would not find that one either.
                continue;
            }
        }
    }
}
