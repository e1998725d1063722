package org.cloudmesh.ai.telemetry.ai;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.moderation.ModerationModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.cloudmesh.ai.telemetry.Internal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.util.ClassUtils;

/**
 * Gives our listeners to LangChain4j's models and retrievers after they were built. LangChain4j has listeners only in
 * the builders, or as a wrapper of another class; a bean must stay what its class says, or injection by class breaks.
 * So the bean becomes a proxy of its class:
 *
 * <ul>
 *   <li>Chat and moderation models: the interface's own methods ({@code chat}, {@code moderate}) ask
 *       {@code listeners()} and call {@code doChat} or {@code doModerate}. They are run on the proxy, which adds our
 *       listener and hands the rest to the model.
 *   <li>Streams: the handler that {@code doChat} gets is watched for chunks and cancellation, which no listener is told
 *       of.
 *   <li>Embedding models and retrievers: what LangChain4j's own {@code addListener} returns stands behind the proxy.
 * </ul>
 *
 * A class that cannot be proxied (final, or with final methods) stays as it is, and a line in the log says how it is
 * given the listener. Thread-safe.
 */
@Internal
public final class LangChain4jModels {

    private static final Logger logger = LoggerFactory.getLogger(LangChain4jModels.class);

    private final LangChain4jChatListener chat;

    private final LangChain4jEmbeddingListener embedding;

    private final LangChain4jModerationListener moderation;

    private final LangChain4jRetrieverListener retriever;

    /** Creates one that gives these listeners. */
    public LangChain4jModels(
            LangChain4jChatListener chat,
            LangChain4jEmbeddingListener embedding,
            LangChain4jModerationListener moderation,
            LangChain4jRetrieverListener retriever) {
        this.chat = chat;
        this.embedding = embedding;
        this.moderation = moderation;
        this.retriever = retriever;
    }

    /** Returns whether the bean is of a kind that takes listeners. */
    public static boolean supports(Object bean) {
        return bean instanceof ChatModel
                || bean instanceof StreamingChatModel
                || bean instanceof EmbeddingModel
                || bean instanceof ModerationModel
                || bean instanceof ContentRetriever;
    }

    /** Returns the bean with our listeners: itself where it has them or cannot have them. */
    public Object listen(Object bean, String name) {
        List<MethodInterceptor> interceptors = new ArrayList<>();
        if (bean instanceof StreamingChatModel) {
            interceptors.add(new DefaultMethods(StreamingChatModel.class, this.chat));
        }
        if (bean instanceof ChatModel model && !model.listeners().contains(this.chat)) {
            interceptors.add(new DefaultMethods(ChatModel.class, this.chat));
        }
        if (bean instanceof ModerationModel model && !model.listeners().contains(this.moderation)) {
            interceptors.add(new DefaultMethods(ModerationModel.class, this.moderation));
        }
        if (bean instanceof EmbeddingModel model && !model.listeners().contains(this.embedding)) {
            EmbeddingModel listening = model.addListener(this.embedding);
            if (isOfInterfacesAlone(bean)) {
                return listening;
            }
            interceptors.add(new Delegation(EmbeddingModel.class, listening));
        }
        if (bean instanceof ContentRetriever retriever) {
            ContentRetriever listening = retriever.addListener(this.retriever);
            if (isOfInterfacesAlone(bean)) {
                return listening;
            }
            interceptors.add(new Delegation(ContentRetriever.class, listening));
        }
        return interceptors.isEmpty() ? bean : proxy(bean, name, interceptors);
    }

    private static Object proxy(Object bean, String name, List<MethodInterceptor> interceptors) {
        ProxyFactory factory = new ProxyFactory(bean);
        interceptors.forEach(factory::addAdvice);
        if (!isOfInterfacesAlone(bean)) {
            String obstacle = obstacle(bean.getClass());
            if (obstacle != null) {
                warn(name, bean, obstacle);
                return bean;
            }
            factory.setProxyTargetClass(true);
        }
        try {
            return factory.getProxy(bean.getClass().getClassLoader());
        } catch (AopConfigException | LinkageError ex) {
            warn(name, bean, String.valueOf(ex.getMessage()));
            return bean;
        }
    }

    private static void warn(String name, Object bean, String obstacle) {
        logger.warn(
                "Calls of the bean '{}' are not recorded unless it is built with a telemetry listener, for example"
                        + " LangChain4jChatListener: {} cannot be proxied, {}",
                name,
                bean.getClass().getName(),
                obstacle);
    }

    /** Returns whether nobody can ask for the bean by its class. */
    private static boolean isOfInterfacesAlone(Object bean) {
        Class<?> type = bean.getClass();
        return Proxy.isProxyClass(type)
                || type.isHidden()
                || type.isAnonymousClass()
                || (Modifier.isFinal(type.getModifiers()) && !Modifier.isPublic(type.getModifiers()));
    }

    /** Returns why a class cannot be proxied; null when it can. */
    private static @Nullable String obstacle(Class<?> type) {
        if (Modifier.isFinal(type.getModifiers())) {
            return "as it is final";
        }
        for (Method method : type.getMethods()) {
            int modifiers = method.getModifiers();
            if (Modifier.isFinal(modifiers)
                    && !Modifier.isStatic(modifiers)
                    && method.getDeclaringClass() != Object.class) {
                return "as its method " + method.getName() + " is final";
            }
        }
        return null;
    }

    /** Runs an interface's own methods on the proxy, so that they find our listener and we see the stream. */
    private static final class DefaultMethods implements MethodInterceptor {

        private final Class<?> type;

        private final Object listener;

        private final Map<Method, MethodHandle> handles = new ConcurrentHashMap<>();

        private DefaultMethods(Class<?> type, Object listener) {
            this.type = type;
            this.listener = listener;
        }

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Method method = invocation.getMethod();
            if (method.getName().equals("listeners") && method.getParameterCount() == 0) {
                return listeners(invocation);
            }
            if (method.getName().equals("doChat") && method.getParameterCount() == 2) {
                return stream(invocation);
            }
            String name = method.getName();
            if ((!name.equals("chat") && !name.equals("moderate")) || !isDefault(invocation)) {
                return invocation.proceed();
            }
            Object proxy = ((ProxyMethodInvocation) invocation).getProxy();
            MethodHandle handle =
                    this.handles.computeIfAbsent(method, this::handle).bindTo(proxy);
            if (this.type == StreamingChatModel.class) {
                return LangChain4jStream.during(() -> handle.invokeWithArguments(invocation.getArguments()));
            }
            return handle.invokeWithArguments(invocation.getArguments());
        }

        private boolean isDefault(MethodInvocation invocation) {
            Object target = invocation.getThis();
            return target != null
                    && this.type.isAssignableFrom(invocation.getMethod().getDeclaringClass())
                    && ClassUtils.getMostSpecificMethod(invocation.getMethod(), target.getClass())
                                    .getDeclaringClass()
                            == this.type;
        }

        private MethodHandle handle(Method method) {
            try {
                Method declared = this.type.getMethod(method.getName(), method.getParameterTypes());
                return MethodHandles.privateLookupIn(this.type, MethodHandles.lookup())
                        .unreflectSpecial(declared, this.type);
            } catch (ReflectiveOperationException ex) {
                throw new IllegalStateException("Cannot call " + method, ex);
            }
        }

        private Object listeners(MethodInvocation invocation) throws Throwable {
            List<Object> listeners = new ArrayList<>();
            if (invocation.proceed() instanceof List<?> own) {
                listeners.addAll(own);
            }
            if (!listeners.contains(this.listener)) {
                listeners.add(this.listener);
            }
            return listeners;
        }

        private @Nullable Object stream(MethodInvocation invocation) throws Throwable {
            AiCall call = LangChain4jStream.take();
            if (call == null
                    || !(invocation.getArguments()[0] instanceof ChatRequest)
                    || !(invocation.getArguments()[1] instanceof StreamingChatResponseHandler handler)) {
                return invocation.proceed();
            }
            invocation.getArguments()[1] = LangChain4jStream.watch(handler, call);
            try {
                return invocation.proceed();
            } catch (Throwable ex) {
                // Refused before it began: no listener is told.
                call.fail(ex);
                call.end();
                throw ex;
            }
        }
    }

    /** Has what an interface declares done by another object. */
    private record Delegation(Class<?> type, Object delegate) implements MethodInterceptor {

        @Override
        public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
            Method method = invocation.getMethod();
            Method declared = ClassUtils.getMethodIfAvailable(this.type, method.getName(), method.getParameterTypes());
            if (declared == null) {
                return invocation.proceed();
            }
            try {
                return declared.invoke(this.delegate, invocation.getArguments());
            } catch (java.lang.reflect.InvocationTargetException ex) {
                throw ex.getTargetException();
            }
        }
    }
}
