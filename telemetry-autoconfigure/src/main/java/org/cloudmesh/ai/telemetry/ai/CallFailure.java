package org.cloudmesh.ai.telemetry.ai;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an exception of a model's client tells: the class of the cause that says most, and the HTTP status where there
 * was one.
 *
 * @param type full class name of the cause
 * @param status HTTP status; null where no server answered
 * @param cancelled whether the caller gave up
 */
record CallFailure(String type, @Nullable Integer status, boolean cancelled) {

    private static final int MAX_DEPTH = 20;

    /** Wrappers: that something failed, not what. */
    private static final Set<String> SAY_LITTLE = Set.of(
            "java.lang.RuntimeException",
            "java.lang.Exception",
            "java.lang.Throwable",
            "java.lang.Error",
            "java.io.IOException",
            "java.io.UncheckedIOException",
            "java.lang.reflect.InvocationTargetException",
            "java.lang.reflect.UndeclaredThrowableException",
            "java.util.concurrent.CompletionException",
            "java.util.concurrent.ExecutionException",
            "reactor.core.Exceptions$ReactiveException",
            "reactor.core.Exceptions$RetryExhaustedException",
            "com.anthropic.errors.AnthropicIoException",
            "com.anthropic.errors.AnthropicRetryableException",
            "com.openai.errors.OpenAIIoException",
            "com.openai.errors.OpenAIRetryableException",
            "com.google.genai.errors.GenAiIOException",
            "dev.langchain4j.exception.LangChain4jException",
            "dev.langchain4j.exception.RetriableException",
            "dev.langchain4j.exception.NonRetriableException",
            "org.springframework.ai.retry.TransientAiException",
            "org.springframework.ai.retry.NonTransientAiException",
            "org.springframework.ai.tool.execution.ToolExecutionException",
            "org.springframework.core.retry.RetryException",
            "org.springframework.web.client.ResourceAccessException",
            "org.springframework.web.client.RestClientException",
            "org.springframework.web.reactive.function.client.WebClientRequestException");

    private static final String[] STATUS = {
        "statusCode", "statusCode.value", "rawStatusCode", "status", "response.status", "code"
    };

    /** Spring AI's own error handler tells the status in the message alone. */
    private static final Pattern STATUS_IN_MESSAGE = Pattern.compile("^(?:HTTP )?([1-5]\\d\\d) - .*", Pattern.DOTALL);

    static CallFailure of(Throwable error) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = error;
                cause != null && chain.size() < MAX_DEPTH && !chain.contains(cause);
                cause = cause.getCause()) {
            chain.add(cause);
        }
        Throwable telling = null;
        Integer status = null;
        for (Throwable cause : chain) {
            if (telling == null && !SAY_LITTLE.contains(cause.getClass().getName())) {
                telling = cause;
            }
            if (status == null) {
                status = status(cause);
            }
            if (GenAi.CONTENT_FILTER.equals(ObjectProperties.get(cause, "code"))) {
                return new CallFailure(GenAi.CONTENT_FILTER, status(cause), false);
            }
        }
        if (telling == null) {
            telling = chain.get(chain.size() - 1);
        }
        return new CallFailure(telling.getClass().getName(), status, telling instanceof CancellationException);
    }

    private static @Nullable Integer status(Throwable error) {
        Long status = ObjectProperties.number(error, STATUS);
        if (status == null && error.getClass().getName().startsWith("org.springframework.ai.retry.")) {
            Matcher matcher = STATUS_IN_MESSAGE.matcher(String.valueOf(error.getMessage()));
            status = matcher.matches() ? Long.valueOf(matcher.group(1)) : null;
        }
        return status != null && status >= 100 && status <= 599 ? (Integer) status.intValue() : null;
    }
}
