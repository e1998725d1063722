package org.cloudmesh.ai.telemetry.pipeline;

import org.jspecify.annotations.Nullable;

/** Knows Reactor's threads that must not wait, such as event loops, by name: Reactor need not be on the class path. */
final class NonBlockingThreads {

    private static final ClassValue<Boolean> TYPES = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isOf(type);
        }
    };

    private NonBlockingThreads() {}

    static boolean isCurrent() {
        return TYPES.get(Thread.currentThread().getClass());
    }

    private static boolean isOf(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (type.getName().equals("reactor.core.scheduler.NonBlocking")) {
            return true;
        }
        for (Class<?> implemented : type.getInterfaces()) {
            if (isOf(implemented)) {
                return true;
            }
        }
        return isOf(type.getSuperclass());
    }
}
