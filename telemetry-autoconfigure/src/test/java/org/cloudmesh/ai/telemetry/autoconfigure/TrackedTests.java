package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.cloudmesh.ai.telemetry.CapturingStore;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetryRecord;
import org.cloudmesh.ai.telemetry.Tracked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.Advisor;
import org.springframework.aop.aspectj.AspectJExpressionPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.samples.TrackedClinic;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

public class TrackedTests {

    private final CapturingStore store = new CapturingStore();

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(TelemetryAutoConfiguration.class))
            .withPropertyValues("telemetry.backend=none", "telemetry.context.enabled=false")
            .withBean("store", CapturingStore.class, () -> this.store)
            .withUserConfiguration(Beans.class);

    @Test
    void aMethodIsRecordedUnderTheNameThatItBears() {
        this.contextRunner.run((context) -> {
            assertThat(context.getBean(Model.class).answer("why")).isEqualTo("because why");
            assertThat(this.store.records(context.getBean(Telemetry.class)))
                    .extracting(TelemetryRecord::event, TelemetryRecord::status)
                    .containsExactly(tuple("inference", Status.STARTED), tuple("inference", Status.COMPLETED));
            assertThat(end(context.getBean(Telemetry.class)).metrics()).containsKey("duration_sec");
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void whatIsFinalIsLeftAloneWithOneWarning(CapturedOutput output) {
        this.contextRunner
                .withBean("fixed", FixedModel.class)
                .withBean("second", FixedModel.class)
                .withBean("method", FixedMethod.class)
                .withBean("mixed", MixedModel.class)
                .run((context) -> {
                    assertThat(context.getBean("fixed", FixedModel.class).answer())
                            .isEqualTo("fixed");
                    assertThat(AopUtils.isAopProxy(context.getBean(FixedMethod.class)))
                            .isFalse();
                    assertThat(context.getBean(FixedMethod.class).answer()).isEqualTo("state");
                    assertThat(this.store.records(context.getBean(Telemetry.class)))
                            .isEmpty();
                    assertThat(context.getBean(MixedModel.class).open()).isEqualTo("open");
                    assertThat(end(context.getBean(Telemetry.class)).event()).isEqualTo("open");
                });
        assertThat(output.getOut().lines().filter((line) -> line.contains("@Tracked has no effect")))
                .hasSize(3)
                .anyMatch((line) -> line.contains("FixedModel"))
                .anyMatch((line) -> line.contains("[answer]") && line.contains("FixedMethod"))
                .anyMatch((line) -> line.contains("[fixed]") && line.contains("MixedModel"));
    }

    /** As Kotlin makes a class that nothing opens. */
    static final class FixedModel {

        @Tracked
        String answer() {
            return "fixed";
        }
    }

    static class FixedMethod {

        private final String state = "state".strip();

        @Tracked
        public final String answer() {
            return this.state;
        }
    }

    static class MixedModel {

        @Tracked
        public final String fixed() {
            return "fixed";
        }

        @Tracked
        public String open() {
            return "open";
        }
    }

    @Test
    void withoutANameTheMethodGivesIt() {
        this.contextRunner.run((context) -> {
            context.getBean(Model.class).unnamed();
            assertThat(end(context.getBean(Telemetry.class)).event()).isEqualTo("unnamed");
        });
    }

    @Test
    void anErrorIsRecordedAndRethrownAsItIs() {
        this.contextRunner.run((context) -> {
            assertThatThrownBy(() -> context.getBean(Model.class).fail())
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessage("broken");
            TelemetryRecord end = end(context.getBean(Telemetry.class));
            assertThat(end.status()).isEqualTo(Status.FAILED);
            assertThat(end.attributes().get("error.type")).contains("IOException");
        });
    }

    @Test
    void asynchronousResultsEndTheWorkWhenTheyEnd() {
        this.contextRunner.run((context) -> {
            Model model = context.getBean(Model.class);
            Telemetry telemetry = context.getBean(Telemetry.class);
            CompletableFuture<String> pending = new CompletableFuture<>();
            assertThat(model.future(pending)).isSameAs(pending);
            assertThat(this.store.ends(telemetry)).isEmpty();
            pending.complete("done");
            assertThat(model.mono().block()).isEqualTo("one");
            assertThat(model.flux().collectList().block()).isEqualTo(List.of(1, 2));
            assertThat(this.store.ends(telemetry))
                    .extracting(TelemetryRecord::event)
                    .containsExactly("future", "mono", "flux");
        });
    }

    @Test
    void atAsyncMethodsAreRecordedOnceOnTheThreadThatRunsThem() {
        this.contextRunner.run((context) -> {
            CompletableFuture<String> answer = context.getBean(Model.class).async();
            assertThat(answer.get(10, TimeUnit.SECONDS))
                    .isNotEqualTo(Thread.currentThread().getName());
            assertThat(this.store.records(context.getBean(Telemetry.class)))
                    .extracting((record) -> record.status().value())
                    .containsExactly("started", "completed");
        });
    }

    @Test
    void anInterfaceOrATypeMayBearTheAnnotation() {
        this.contextRunner.run((context) -> {
            context.getBean(Translator.class).translate();
            Whole whole = context.getBean(Whole.class);
            whole.first();
            whole.second();
            assertThat(whole.toString()).isEqualTo("whole");
            assertThat(this.store.ends(context.getBean(Telemetry.class)))
                    .extracting(TelemetryRecord::event)
                    .containsExactly("translation", "first", "own");
        });
    }

    @Test
    void aParentOrAnAnnotationOfTheApplicationsOwnMayBearItToo() {
        this.contextRunner.withBean(Heir.class).withBean(Composed.class).run((context) -> {
            context.getBean(Heir.class).inherited();
            context.getBean(Composed.class).search();
            assertThat(this.store.ends(context.getBean(Telemetry.class)))
                    .extracting(TelemetryRecord::event)
                    .containsExactly("inherited", "retrieval");
        });
    }

    @Test
    void interfaceProxiesMadeByAspectJsCreatorServeToo() {
        this.contextRunner
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run((context) -> {
                    assertThat(AopUtils.isAopProxy(context.getBean(Translator.class)))
                            .isTrue();
                    context.getBean(Translator.class).translate();
                    assertThat(end(context.getBean(Telemetry.class)).event()).isEqualTo("translation");
                });
    }

    @Test
    void whatOtherAdviceMakesOfACallIsRecorded() {
        MethodInterceptor failing = (invocation) -> {
            invocation.proceed();
            throw new IllegalStateException("cannot commit");
        };
        this.contextRunner
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withBean("failing", Advisor.class, () -> {
                    AspectJExpressionPointcutAdvisor advisor = new AspectJExpressionPointcutAdvisor();
                    advisor.setExpression("execution(* unnamed())");
                    advisor.setAdvice(failing);
                    return advisor;
                })
                .run((context) -> {
                    assertThatThrownBy(() -> context.getBean(Model.class).unnamed())
                            .hasMessage("cannot commit");
                    assertThat(end(context.getBean(Telemetry.class)).status()).isEqualTo(Status.FAILED);
                });
    }

    @Test
    void aBeanMayBeOfASampleInSpringsOwnPackage() {
        this.contextRunner.withBean(TrackedClinic.class).run((context) -> {
            context.getBean(TrackedClinic.class).visit();
            assertThat(end(context.getBean(Telemetry.class)).event()).isEqualTo("visit");
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsServeToo() {
        this.contextRunner.run((context) -> {
            SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor();
            threads.setVirtualThreads(true);
            threads.submit(() -> context.getBean(Model.class).unnamed()).get(10, TimeUnit.SECONDS);
            assertThat(end(context.getBean(Telemetry.class)).status()).isEqualTo(Status.COMPLETED);
        });
    }

    @Test
    void otherBeansAreNotProxied() {
        this.contextRunner.run((context) ->
                assertThat(AopUtils.isAopProxy(context.getBean(Plain.class))).isFalse());
    }

    @Test
    void offNothingIsProxied() {
        this.contextRunner.withPropertyValues("telemetry.enabled=false").run((context) -> {
            assertThat(AopUtils.isAopProxy(context.getBean(Whole.class))).isFalse();
            assertThat(context).doesNotHaveBean(TrackedPostProcessor.class);
        });
    }

    @Test
    void itWorksWithoutAspectJ() {
        this.contextRunner
                .withClassLoader(new FilteredClassLoader("org.aspectj"))
                .run((context) -> {
                    context.getBean(Model.class).unnamed();
                    assertThat(end(context.getBean(Telemetry.class)).event()).isEqualTo("unnamed");
                });
    }

    private TelemetryRecord end(Telemetry telemetry) {
        assertThat(this.store.ends(telemetry)).hasSize(1);
        return this.store.ends(telemetry).get(0);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class Beans {

        @Bean
        Model model() {
            return new Model();
        }

        @Bean
        Translator translator() {
            return new DefaultTranslator();
        }

        @Bean
        Whole whole() {
            return new Whole();
        }

        @Bean
        Plain plain() {
            return new Plain();
        }
    }

    public static class Model {

        @Tracked("inference")
        public String answer(String question) {
            return "because " + question;
        }

        @Tracked
        public void unnamed() {}

        @Tracked
        public void fail() throws java.io.IOException {
            throw new java.io.IOException("broken");
        }

        @Tracked
        public CompletableFuture<String> future(CompletableFuture<String> result) {
            return result;
        }

        @Tracked
        public Mono<String> mono() {
            return Mono.just("one");
        }

        @Tracked
        public Flux<Integer> flux() {
            return Flux.just(1, 2);
        }

        @Async
        @Tracked
        public CompletableFuture<String> async() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    public interface Translator {

        @Tracked("translation")
        void translate();
    }

    static class DefaultTranslator implements Translator {

        @Override
        public void translate() {}
    }

    @Tracked
    public static class Whole {

        public void first() {}

        @Tracked("own")
        public void second() {}

        @Override
        public String toString() {
            return "whole";
        }
    }

    public static class Parent {

        @Tracked
        public void inherited() {}
    }

    public static class Heir extends Parent {}

    @Tracked("retrieval")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Retrieval {}

    public static class Composed {

        @Retrieval
        public void search() {}
    }

    static class Plain {

        public void run() {}
    }
}
