package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.ai.LangChain4jChatListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jEmbeddingListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jModels;
import org.cloudmesh.ai.telemetry.ai.LangChain4jModerationListener;
import org.cloudmesh.ai.telemetry.ai.LangChain4jRetrieverListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Gives our listeners to the models and retrievers that an application builds as beans; they are asked for with the
 * first.
 */
class LangChain4jModelPostProcessor implements BeanPostProcessor {

    private static final Logger LOG = LoggerFactory.getLogger(LangChain4jModelPostProcessor.class);

    private final BeanFactory beans;

    private @Nullable LangChain4jModels models;

    LangChain4jModelPostProcessor(BeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!LangChain4jModels.supports(bean)) {
            return bean;
        }
        try {
            return models().listen(bean, beanName);
        } catch (RuntimeException | LinkageError ex) {
            // Another release of LangChain4j: the application must not suffer.
            LOG.warn("Calls of the bean '{}' are not recorded", beanName, ex);
            return bean;
        }
    }

    private LangChain4jModels models() {
        if (this.models == null) {
            this.models = new LangChain4jModels(
                    this.beans.getBean(LangChain4jChatListener.class),
                    this.beans.getBean(LangChain4jEmbeddingListener.class),
                    this.beans.getBean(LangChain4jModerationListener.class),
                    this.beans.getBean(LangChain4jRetrieverListener.class));
        }
        return this.models;
    }
}
