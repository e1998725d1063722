package org.cloudmesh.ai.telemetry.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracked;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Proxies the beans that are annotated with {@link Tracked}, or joins the proxy that they have: outside of their
 * transactions and other advice, so that it records what the caller sees, but inside of {@code @Async}, so that it
 * records the work.
 */
class TrackedPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    private static final Logger logger = LoggerFactory.getLogger(TrackedPostProcessor.class);

    // After the creators of proxies, which come first, and before the processor of @Async, which comes last.
    private static final int ORDER = 0;

    private final transient ObjectProvider<Telemetry> telemetry;

    private final transient TrackedTypes types = new TrackedTypes();

    private final transient Set<Class<?>> warned = ConcurrentHashMap.newKeySet();

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
        return bean instanceof Advised ? super.postProcessAfterInitialization(bean, beanName) : proxy(bean, beanName);
    }

    private Object proxy(Object bean, String beanName) {
        Class<?> type = bean.getClass();
        List<Method> tracked = Arrays.stream(
                        ReflectionUtils.getUniqueDeclaredMethods(type, TrackedPostProcessor::isOwn))
                .filter((method) -> TrackedAdvisor.isTracked(method, type))
                .toList();
        List<String> fixed = tracked.stream()
                .filter((method) -> Modifier.isFinal(method.getModifiers()))
                .map(Method::getName)
                .distinct()
                .toList();
        boolean byClass = isProxyTargetClass() || ClassUtils.getAllInterfacesForClass(type).length == 0;
        if (byClass && Modifier.isFinal(type.getModifiers())) {
            warn(type, "a final class cannot be proxied");
            return bean;
        }
        if (byClass && !fixed.isEmpty()) {
            warn(type, "the final methods " + fixed + " cannot be proxied");
            if (tracked.stream().allMatch((method) -> Modifier.isFinal(method.getModifiers()))) {
                return bean;
            }
        }
        try {
            return super.postProcessAfterInitialization(bean, beanName);
        } catch (AopConfigException ex) {
            warn(type, String.valueOf(ex.getMessage()));
            return bean;
        }
    }

    private void warn(Class<?> type, String reason) {
        // A prototype comes again and again.
        if (this.warned.add(type)) {
            logger.warn("@Tracked has no effect on {}: {}", type.getName(), reason);
        }
    }

    private static boolean isOwn(Method method) {
        return method.getDeclaringClass() != Object.class
                && !method.isBridge()
                && (method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) == 0;
    }
}
