package org.cloudmesh.ai.telemetry.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image what is read by name: database schemas, the dashboard, and accessors of the AI clients' own
 * classes.
 */
class TelemetryRuntimeHints implements RuntimeHintsRegistrar {

    /**
     * Usage objects, events, options and exceptions whose figures are read without compiling against their libraries.
     */
    private static final List<String> READ = List.of(
            "com.anthropic.errors.AnthropicServiceException",
            "com.anthropic.models.messages.CacheCreation",
            "com.anthropic.models.messages.Message",
            "com.anthropic.models.messages.MessageDeltaUsage",
            "com.anthropic.models.messages.OutputTokensDetails",
            "com.anthropic.models.messages.RawMessageStartEvent",
            "com.anthropic.models.messages.RawMessageStreamEvent",
            "com.anthropic.models.messages.Usage",
            "com.google.genai.errors.ApiException",
            "com.google.genai.types.GenerateContentResponseUsageMetadata",
            "com.openai.errors.OpenAIServiceException",
            "com.openai.models.completions.CompletionUsage",
            "com.openai.models.completions.CompletionUsage$CompletionTokensDetails",
            "com.openai.models.completions.CompletionUsage$PromptTokensDetails",
            "dev.langchain4j.exception.HttpException",
            "dev.langchain4j.model.anthropic.AnthropicTokenUsage",
            "dev.langchain4j.model.googleai.GoogleAiGeminiTokenUsage",
            "dev.langchain4j.model.openai.OpenAiTokenUsage",
            "dev.langchain4j.model.openai.OpenAiTokenUsage$InputTokensDetails",
            "dev.langchain4j.model.openai.OpenAiTokenUsage$OutputTokensDetails",
            "dev.langchain4j.model.output.TokenUsage",
            "org.springframework.ai.anthropic.AnthropicChatOptions",
            "org.springframework.ai.chat.prompt.ChatOptions",
            "org.springframework.ai.google.genai.GoogleGenAiChatOptions",
            "org.springframework.ai.openai.OpenAiChatOptions",
            "org.springframework.http.HttpStatusCode",
            "org.springframework.web.client.RestClientResponseException",
            "org.springframework.web.reactive.function.client.WebClientResponseException");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources()
                .registerPattern("org/cloudmesh/ai/telemetry/actuate/dashboard/*")
                .registerPattern("org/cloudmesh/ai/telemetry/store/**/*.sql");
        for (String type : READ) {
            hints.reflection().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_PUBLIC_METHODS);
        }
    }
}
