package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.function.Supplier;
import org.cloudmesh.ai.telemetry.ai.AiRecorder;
import org.cloudmesh.ai.telemetry.ai.LangChain4jServices;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has the AI services recorded that are built while the application context is there. It is a post-processor of beans
 * only to be there before any of them.
 */
class LangChain4jServiceInstallation implements BeanPostProcessor, DisposableBean {

    private final Supplier<@Nullable AiRecorder> recorder;

    LangChain4jServiceInstallation(ObjectProvider<AiRecorder> recorder) {
        this.recorder = recorder::getIfAvailable;
        LangChain4jServices.install(this.recorder);
    }

    @Override
    public void destroy() {
        LangChain4jServices.uninstall(this.recorder);
    }
}
