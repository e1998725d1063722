package org.cloudmesh.ai.telemetry.autoconfigure;

import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracked;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Proxies the beans that bear {@link Tracked}, or joins the proxy that they have: outside of their transactions and other
 * advice, so that it records what the caller sees, but inside of {@code @Async}, so that it records the work.
 */
class TrackedPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    // After the creators of proxies, which come first, and before the processor of @Async, which comes last.
    private static final int ORDER = 0;

    private final transient ObjectProvider<Telemetry> telemetry;

    private final transient TrackedTypes types = new TrackedTypes();

    TrackedPostProcessor(ObjectProvider<Telemetry> telemetry) {
        this.telemetry = telemetry;
        setBeforeExistingAdvisors(true);
        setOrder(ORDER);
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!this.types.mayBear(AopUtils.getTargetClass(bean))) {
            return bean;
        }
        if (this.advisor == null) {
            this.advisor = new TrackedAdvisor(this.telemetry, this.types);
        }
        return super.postProcessAfterInitialization(bean, beanName);
    }
}
