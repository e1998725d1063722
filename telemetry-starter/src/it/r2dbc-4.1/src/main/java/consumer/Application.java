package consumer;

import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@SpringBootApplication
@RestController
public class Application {

    private final Telemetry telemetry;

    private final DatabaseClient database;

    Application(Telemetry telemetry, DatabaseClient database) {
        this.telemetry = telemetry;
        this.database = database;
    }

    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    @GetMapping("/answer")
    Mono<String> answer() {
        telemetry.emit("inference_latency", 0.125, Status.COMPLETED);
        return telemetry.track("inference", () -> database.sql("SELECT '42'")
                .mapValue(String.class)
                .one());
    }
}
