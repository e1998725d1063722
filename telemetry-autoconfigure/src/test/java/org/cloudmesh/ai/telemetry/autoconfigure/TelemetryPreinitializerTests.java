package org.cloudmesh.ai.telemetry.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;

class TelemetryPreinitializerTests {

    @Test
    void bootFindsIt() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(BackgroundPreinitializer.class))
                .hasAtLeastOneElementOfType(TelemetryPreinitializer.class);
    }

    @ParameterizedTest
    @FieldSource("org.cloudmesh.ai.telemetry.autoconfigure.TelemetryPreinitializer#TYPES")
    void eachTypeIsThere(String type) {
        assertThatNoException()
                .isThrownBy(() -> Class.forName(
                        TelemetryPreinitializer.PACKAGE + type,
                        false,
                        getClass().getClassLoader()));
    }

    @Test
    void aMissingLibraryIsNoFailure() {
        ClassLoader loader = new FilteredClassLoader("org.sqlite", "org.cloudmesh.ai.telemetry.store.jdbc");
        assertThatNoException().isThrownBy(() -> TelemetryPreinitializer.load(loader));
    }
}
