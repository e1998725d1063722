package org.cloudmesh.ai.telemetry;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The layout of the house: who may know whom. */
class ArchitectureTests {

    private static final String ROOT = "org.cloudmesh.ai.telemetry";

    private static final String BACKENDS = "store.*";

    // From the top down; docs/architecture.md has the same order.
    private static final List<String> LAYERS = List.of(
            "autoconfigure",
            "actuate",
            "micrometer",
            "alert",
            "ai",
            "reactor",
            "coroutines",
            "context",
            "pipeline",
            "forward",
            BACKENDS,
            "store.query",
            "store.file",
            "store.json",
            "store",
            "store.rollup",
            "");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packagesUseThoseBelowAlone() {
        Set<Integer> seen = new TreeSet<>();
        Set<String> upwards = new TreeSet<>();
        for (JavaClass user : CLASSES) {
            int layer = layer(user);
            seen.add(layer);
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                JavaClass used = dependency.getTargetClass().getBaseComponentType();
                boolean ours = used.getPackageName().startsWith(ROOT);
                if (ours && !used.getPackageName().equals(user.getPackageName()) && layer(used) <= layer) {
                    upwards.add(user.getName() + " uses " + used.getName());
                }
            }
        }
        assertThat(upwards).isEmpty();
        assertThat(seen).as("layers that have classes").hasSameSizeAs(LAYERS);
    }

    private static int layer(JavaClass type) {
        String name =
                type.getPackageName().equals(ROOT) ? "" : type.getPackageName().substring(ROOT.length() + 1);
        boolean listed = LAYERS.contains(name) || !name.startsWith("store.");
        int layer = LAYERS.indexOf(listed ? name : BACKENDS);
        assertThat(layer).as("layer of the package %s", name).isNotNegative();
        return layer;
    }

    @Test
    void theApiShowsNothingInternal() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(describe("are promised", (type) -> isPublic(type) && !isInternal(type)))
                .should(notShowInternalTypes())
                .check(CLASSES);
    }

    @Test
    void internalTypesArePublicOnlyWhereAnotherPackageNeedsThem() {
        Set<String> needless = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            boolean used = type.getDirectDependenciesToSelf().stream()
                    .anyMatch((dependency) ->
                            !dependency.getOriginClass().getPackageName().equals(type.getPackageName()));
            boolean service = type.getAllRawInterfaces().stream()
                    .anyMatch((face) -> Internal.class.getResource("/META-INF/services/" + face.getName()) != null);
            if (isPublic(type) && isInternal(type) && type.isTopLevelClass() && !used && !service) {
                needless.add(type.getName());
            }
        }
        assertThat(needless).isEmpty();
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTests::isPublic).orElse(true);
    }

    private static boolean isInternal(JavaClass type) {
        return type.isAnnotatedWith(Internal.class)
                || type.getPackage().isAnnotatedWith(Internal.class)
                || type.getEnclosingClass().map(ArchitectureTests::isInternal).orElse(false);
    }

    /** Returns whether an internal interface declares the method, which then is internal as well. */
    private static boolean isAskedByInternalType(JavaMethod method) {
        return method.getOwner().getAllRawInterfaces().stream()
                .filter(ArchitectureTests::isInternal)
                .flatMap((face) -> face.getMethods().stream())
                .anyMatch((asked) -> asked.getName().equals(method.getName())
                        && asked.getRawParameterTypes().equals(method.getRawParameterTypes()));
    }

    private static ArchCondition<JavaMethod> notShowInternalTypes() {
        return new ArchCondition<>("not show internal types") {

            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Set<JavaClass> shown = new HashSet<>(method.getReturnType().getAllInvolvedRawTypes());
                method.getParameterTypes().forEach((type) -> shown.addAll(type.getAllInvolvedRawTypes()));
                for (JavaClass type : shown) {
                    if (isInternal(type) && !isAskedByInternalType(method)) {
                        events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " shows " + type.getName()));
                    }
                }
            }
        };
    }

    @Test
    void theApiKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "org.slf4j..", ROOT)
                .check(CLASSES);
    }

    @Test
    void thePipelineAndTheQueriesKnowNoLibrary() {
        classes()
                .that()
                .resideInAnyPackage(ROOT + ".pipeline", ROOT + ".store", ROOT + ".forward")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        ROOT,
                        ROOT + ".store",
                        ROOT + ".store.rollup",
                        ROOT + ".forward",
                        ROOT + ".pipeline")
                .check(CLASSES);
    }

    @Test
    void storesKnowNeitherThePipelineNorEachOther() {
        for (String store : new String[] {"sqlite", "jsonl", "text", "memory"}) {
            classes()
                    .that()
                    .resideInAPackage(ROOT + ".store." + store)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideOutsideOfPackage(ROOT + "..")
                    .orShould()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "java..",
                            "javax..",
                            "org.jspecify..",
                            "org.slf4j..",
                            "org.sqlite..",
                            "org.springframework..",
                            "tools.jackson..",
                            ROOT,
                            ROOT + ".store",
                            ROOT + ".store.file",
                            ROOT + ".store.json",
                            ROOT + ".store.query",
                            ROOT + ".store.rollup",
                            ROOT + ".store." + store)
                    .check(CLASSES);
        }
    }

    @Test
    void storesStandOnTheEngineAndTheEngineOnRollups() {
        onlyKnows("store.rollup");
        onlyKnows("store", "", "store.rollup");
        onlyKnows("store.query", "", "store", "store.rollup");
    }

    private static void onlyKnows(String layer, String... below) {
        List<String> known = new ArrayList<>(List.of("java..", "org.jspecify..", "org.slf4j..", ROOT + "." + layer));
        for (String name : below) {
            known.add(name.isEmpty() ? ROOT : ROOT + "." + name);
        }
        classes()
                .that()
                .resideInAPackage(ROOT + "." + layer)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(known.toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void onlyTheWiringKnowsTheWiring() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".autoconfigure..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".autoconfigure..")
                .check(CLASSES);
    }

    @Test
    void autoConfigurationsAreFinalAndTheirBeansPackagePrivate() {
        classes()
                .that()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .andShould()
                .haveModifier(JavaModifier.FINAL)
                .check(CLASSES);
        methods()
                .that()
                .areAnnotatedWith(Bean.class)
                .should()
                .bePackagePrivate()
                .check(CLASSES);
        methods().should().notBeAnnotatedWith(ConditionalOnClass.class).check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
                .check(CLASSES);
    }
}
