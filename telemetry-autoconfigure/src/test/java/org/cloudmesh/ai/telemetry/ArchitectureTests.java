package org.cloudmesh.ai.telemetry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The layout of the house: who may know whom. */
class ArchitectureTests {

    private static final String ROOT = "org.cloudmesh.ai.telemetry";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void packagesAreFreeOfCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
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
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
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
