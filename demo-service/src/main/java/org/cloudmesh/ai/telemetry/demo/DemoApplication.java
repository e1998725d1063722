package org.cloudmesh.ai.telemetry.demo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the service. */
@SpringBootApplication
public class DemoApplication {

    /** Starts the service; arguments such as {@code --server.port=8081} set properties. */
    public static void main(String[] args) {
        SpringApplication.run(DemoApplication.class, args);
    }
}
