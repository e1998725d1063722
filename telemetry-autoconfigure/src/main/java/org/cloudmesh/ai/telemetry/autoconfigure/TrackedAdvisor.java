package org.cloudmesh.ai.telemetry.autoconfigure;

import java.lang.reflect.Method;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.Tracked;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/** Applies {@link Tracked} to the beans that are annotated with it. */
class TrackedAdvisor extends AbstractPointcutAdvisor {

    private final transient MethodInterceptor advice;

    private final transient Pointcut pointcut;

    /** Takes a provider, because the advisor is created before other beans and must not create the recorder with it. */
    TrackedAdvisor(ObjectProvider<Telemetry> telemetry, TrackedTypes types) {
        this.advice = new TrackedInterceptor(telemetry);
        this.pointcut = new TrackedPointcut(types);
    }

    @Override
    public Pointcut getPointcut() {
        return this.pointcut;
    }

    @Override
    public MethodInterceptor getAdvice() {
        return this.advice;
    }

    static boolean isTracked(Method method, Class<?> targetClass) {
        return find(method, targetClass) != null;
    }

    private static @Nullable Tracked find(Method method, @Nullable Class<?> targetClass) {
        Method specific = AopUtils.getMostSpecificMethod(method, targetClass);
        if (ReflectionUtils.isObjectMethod(specific)) {
            return null;
        }
        Tracked onMethod = AnnotatedElementUtils.findMergedAnnotation(specific, Tracked.class);
        if (onMethod != null) {
            return onMethod;
        }
        Class<?> type = targetClass != null ? targetClass : specific.getDeclaringClass();
        return AnnotatedElementUtils.findMergedAnnotation(type, Tracked.class);
    }

    private static final class TrackedPointcut extends StaticMethodMatcherPointcut {

        private TrackedPointcut(TrackedTypes types) {
            setClassFilter(types::mayBear);
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            return find(method, targetClass) != null;
        }
    }

    private static final class TrackedInterceptor implements MethodInterceptor {

        private final ObjectProvider<Telemetry> telemetry;

        private TrackedInterceptor(ObjectProvider<Telemetry> telemetry) {
            this.telemetry = telemetry;
        }

        // The supplier's type parameter admits null, which the checker does not see.
        @SuppressWarnings("NullAway")
        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Object target = invocation.getThis();
            Method method = invocation.getMethod();
            Tracked tracked = find(method, target != null ? AopUtils.getTargetClass(target) : null);
            String event = tracked != null && StringUtils.hasText(tracked.value()) ? tracked.value() : method.getName();
            return this.telemetry.getObject().track(event, invocation::proceed);
        }
    }
}
