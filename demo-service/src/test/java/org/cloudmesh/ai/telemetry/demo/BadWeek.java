package org.cloudmesh.ai.telemetry.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.cloudmesh.ai.telemetry.RecordBuilder;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.cloudmesh.ai.telemetry.TelemetrySettings;
import org.cloudmesh.ai.telemetry.WhenFull;
import org.cloudmesh.ai.telemetry.store.StoreException;

/**
 * Seven days of an assistant in which much goes wrong, always the same but for the day it ends: five models, four
 * tenants, tools, a trace for each request, two bursts of failures, a deploy that makes answers slower, three training
 * runs, and the machine beneath.
 *
 * <p>A request is about five records. Written through the recorder, as an application would.
 */
final class BadWeek {

    static final String BEFORE = "release-41";

    static final String AFTER = "release-42";

    static final List<String> TRAINING = List.of("adam-3e-4", "sgd-1e-2", "warmup-1e-3");

    static final String DURATION = "gen_ai.client.operation.duration";

    private static final Duration LENGTH = Duration.ofDays(7);

    private static final long DAY = Duration.ofDays(1).toMillis();

    private static final int STEPS = 600;

    /** Share of the day's requests in each hour, in percent. */
    private static final int[] HOURS = {1, 1, 1, 1, 1, 2, 3, 4, 6, 8, 8, 7, 6, 7, 8, 8, 7, 6, 4, 3, 3, 2, 2, 1};

    /** Prices are for a million tokens; 0 where nobody knows one. */
    private record Model(
            String name, String provider, String currency, double input, double output, double speed, int share) {}

    private static final List<Model> MODELS = List.of(
            new Model("gpt-5-mini", "openai", "USD", 0.25, 2, 1, 40),
            new Model("claude-sonnet-4-5", "anthropic", "USD", 3, 15, 2.1, 25),
            new Model("gpt-5", "openai", "USD", 1.25, 10, 2.6, 15),
            new Model("mistral-large", "mistral_ai", "EUR", 1.8, 5.4, 1.6, 12),
            new Model("llama-3.3-70b", "ollama", "", 0, 0, 3.4, 8));

    private static final List<String> TENANTS =
            List.of("acme", "acme", "acme", "acme", "globex", "globex", "globex", "initech", "initech", "umbrella");

    private static final List<String> TOOLS = List.of("search_orders", "order_status", "refund", "weather");

    private final Random random = new Random(42);

    private final int requests;

    /** Just after the last record. */
    final Instant end;

    final Instant start;

    /** When the answers became slower. */
    final Instant deploy;

    /**
     * Plans a week.
     *
     * @param requests how many; 58,000 make about 290,000 records
     * @param end when it ends
     */
    BadWeek(int requests, Instant end) {
        this.requests = requests;
        this.end = end.truncatedTo(ChronoUnit.SECONDS);
        this.start = this.end.minus(LENGTH);
        this.deploy = this.start.plus(Duration.ofHours(5 * 24 + 3));
    }

    void write(Path file) throws StoreException {
        int next = release(file, BEFORE, "41", this.start, "Version 41 is live", 0, this.deploy);
        release(file, AFTER, "42", this.deploy, "Version 42 is live: longer prompts, a second opinion", next, this.end);
        for (int i = 0; i < TRAINING.size(); i++) {
            train(file, i);
        }
        WeekMachine machine = new WeekMachine(this::asked, this::trained);
        machine.write(file, BEFORE, this.start, this.deploy);
        machine.write(file, AFTER, this.deploy, this.end);
    }

    private double asked(Instant at) {
        long hour = Duration.between(this.start, at).toHours() % 24;
        return HOURS[(int) hour] / 8.0 * (at.isBefore(this.deploy) ? 1 : 1.7);
    }

    private double trained(Instant at) {
        for (int i = 0; i < TRAINING.size(); i++) {
            Duration since = Duration.between(trainingStart(i), at);
            if (!since.isNegative() && since.toMillis() < STEPS * stepMillis(i)) {
                return 1;
            }
        }
        return 0;
    }

    private Instant trainingStart(int index) {
        return this.start.plus(Duration.ofHours(40 + 26L * index));
    }

    private static long stepMillis(int index) {
        return 18_000L + 3_000L * index;
    }

    /** Writes a release and its requests, and returns the number of the first request after it. */
    private int release(
            Path file, String run, String version, Instant begin, String message, int first, Instant until) {
        double step = (double) LENGTH.toMillis() / this.requests;
        boolean late = run.equals(AFTER);
        try (Telemetry telemetry = telemetry(file, "assistant", run)) {
            telemetry
                    .record()
                    .timestamp(begin)
                    .event("deploy")
                    .attribute("version", version)
                    .message(message)
                    .status(Status.COMPLETED)
                    .emit();
            int i = first;
            while (i < this.requests && (late || busy(i, step).isBefore(until))) {
                request(telemetry, busy(i, step), late);
                i++;
            }
            return i;
        }
    }

    /** Spreads the requests of a day over its hours as people ask. */
    private Instant busy(int index, double step) {
        long millis = (long) (index * step);
        long day = millis / DAY * DAY;
        double percent = 100.0 * (millis - day) / DAY;
        int hour = 0;
        while (hour < 23 && percent >= HOURS[hour]) {
            percent -= HOURS[hour];
            hour++;
        }
        return this.start.plusMillis(day + (long) ((hour + Math.min(0.999, percent / HOURS[hour])) * DAY / 24));
    }

    private void request(Telemetry telemetry, Instant at, boolean late) {
        String tenant = TENANTS.get(this.random.nextInt(TENANTS.size()));
        Request request = new Request(
                telemetry,
                hex(32),
                hex(16),
                tenant,
                tenant + "-" + (1 + this.random.nextInt(12)),
                tenant + "-c" + this.random.nextInt(Math.max(4, this.requests / 12)));
        double clock = search(request, at);
        String failure = "";
        int turns = late ? 3 : 1 + this.random.nextInt(2);
        for (int turn = 0; turn < turns && failure.isEmpty(); turn++) {
            Model model = model();
            double seconds = seconds(model, late);
            failure = failure(model, at);
            call(request, model, at, clock + seconds, seconds, failure, turn);
            clock += seconds;
            if (failure.isEmpty() && turn < turns - 1) {
                clock = tool(request, at, clock, late);
            }
        }
        request.root(at, clock + 0.01)
                .event("answer")
                .metric("duration_sec", clock + 0.01)
                .status(
                        failure.isEmpty()
                                ? Status.COMPLETED
                                : failure.equals("cancelled") ? Status.CANCELLED : Status.FAILED)
                .emit();
        if (failure.isEmpty() && this.random.nextInt(10) == 0) {
            boolean good = this.random.nextDouble() < (late ? 0.6 : 0.85);
            request.child(at, clock + 30)
                    .event("gen_ai.evaluation.result")
                    .metric("gen_ai.evaluation.score.value", good ? 0.9 : 0.2)
                    .attribute("gen_ai.evaluation.name", "helpfulness")
                    .attribute("gen_ai.evaluation.score.label", good ? "good" : "bad")
                    .status(Status.RECORDED)
                    .emit();
        }
    }

    private double search(Request request, Instant at) {
        double seconds = 0.02 * noise(0.4);
        request.child(at, seconds)
                .event("db.vector.client.operation")
                .metric("db.vector.client.operation.duration", seconds)
                .attribute("db.system", "pgvector")
                .status(Status.COMPLETED)
                .emit();
        return seconds;
    }

    private double tool(Request request, Instant at, double clock, boolean late) {
        String tool = TOOLS.get(this.random.nextInt(TOOLS.size()));
        boolean refund = tool.equals("refund");
        double seconds = (refund && late ? 4 : 0.15) * noise(0.5);
        boolean failed = this.random.nextInt(100) < (refund && late ? 25 : 1);
        RecordBuilder record = request.child(at, clock + seconds)
                .event("spring.ai.tool")
                .metric("spring.ai.tool.duration", seconds)
                .attribute("gen_ai.tool.name", tool)
                .status(failed ? Status.FAILED : Status.COMPLETED);
        if (failed) {
            record.attribute("error.type", "java.net.http.HttpTimeoutException")
                    .message("The service for refunds did not answer within 5 s");
        }
        record.emit();
        return clock + seconds;
    }

    private void call(
            Request request, Model model, Instant at, double ended, double seconds, String failure, int turn) {
        RecordBuilder record = request.child(at, ended)
                .event("gen_ai.client.operation")
                .metric(DURATION, seconds)
                .attribute("gen_ai.operation.name", "chat")
                .attribute("gen_ai.provider.name", model.provider())
                .attribute("gen_ai.request.model", model.name())
                .attribute("gen_ai.conversation.id", request.conversation());
        if (failure.isEmpty()) {
            int input = 400 + this.random.nextInt(1600) + 700 * turn;
            int output = 60 + this.random.nextInt(500);
            record.metric("gen_ai.client.operation.time_to_first_chunk", seconds * 0.2)
                    .metric("gen_ai.usage.input_tokens", input)
                    .metric("gen_ai.usage.output_tokens", output)
                    .attribute("gen_ai.response.model", model.name())
                    .attribute("gen_ai.response.id", "resp-" + hex(16))
                    .attribute("gen_ai.response.finish_reasons", "stop")
                    .attribute("gen_ai.input.messages", "Where is my order " + input + "?")
                    .attribute("gen_ai.output.messages", "It left the warehouse this morning.");
            if (model.currency().isEmpty()) {
                record.attribute("gen_ai.usage.unavailable", "price");
            } else {
                record.metric("gen_ai.usage.cost", (model.input() * input + model.output() * output) / 1e6)
                        .attribute("gen_ai.usage.cost.currency", model.currency());
            }
            record.status(Status.COMPLETED).emit();
        } else if (failure.equals("cancelled")) {
            record.attribute("gen_ai.usage.unavailable", "usage")
                    .status(Status.CANCELLED)
                    .emit();
        } else {
            record.attribute("error.type", failure)
                    .attribute("http.response.status_code", failure.endsWith("RateLimitException") ? "429" : "503")
                    .message(
                            failure.endsWith("RateLimitException")
                                    ? "Rate limit reached for this organisation: try again in 20 s"
                                    : "The model is overloaded")
                    .status(Status.FAILED)
                    .emit();
        }
    }

    private Model model() {
        int left = this.random.nextInt(100);
        for (Model model : MODELS) {
            left -= model.share();
            if (left < 0) {
                return model;
            }
        }
        throw new IllegalStateException("The models' shares do not make 100");
    }

    private double seconds(Model model, boolean late) {
        return model.speed() * (late ? 1.8 : 1) * noise(0.45) + (this.random.nextInt(400) == 0 ? 25 : 0);
    }

    /** What ends a call: mostly nothing; the rate limit on the second day, an outage on the fourth. */
    private String failure(Model model, Instant at) {
        double hours = Duration.between(this.start, at).toMillis() / 3_600_000.0;
        int chance = this.random.nextInt(1000);
        if (hours > 33 && hours < 34.5 && chance < 450) {
            return "com.openai.errors.RateLimitException";
        }
        if (hours > 82 && hours < 85 && model.provider().equals("anthropic") && chance < 900) {
            return "com.anthropic.errors.OverloadedException";
        }
        return chance < 6 ? "java.net.http.HttpTimeoutException" : chance < 14 ? "cancelled" : "";
    }

    private void train(Path file, int index) {
        Instant begin = trainingStart(index);
        double[] floors = {0.32, 0.55, 0.24};
        double[] paces = {110, 190, 140};
        try (Telemetry telemetry = telemetry(file, "train", TRAINING.get(index))) {
            for (int step = 0; step < STEPS; step++) {
                double loss = floors[index] + 3.1 * Math.exp(-step / paces[index]) + 0.09 * this.random.nextGaussian();
                telemetry
                        .record()
                        .timestamp(begin.plusMillis(step * stepMillis(index)))
                        .event("train_step")
                        .metric("step", step)
                        .metric("loss", Math.max(0.05, loss))
                        .metric("accuracy", Math.min(0.99, 1 - Math.max(0.05, loss) / 4))
                        .attribute("optimizer", TRAINING.get(index))
                        .emit();
            }
        }
    }

    private double noise(double spread) {
        return Math.exp(spread * this.random.nextGaussian());
    }

    private String hex(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(Character.forDigit(this.random.nextInt(16), 16));
        }
        return text.toString();
    }

    private static Telemetry telemetry(Path file, String command, String run) {
        return Telemetry.builder()
                .backend("sqlite")
                .path(file.toString())
                .command(command)
                .run(run)
                .queue(new TelemetrySettings.Queue(1 << 14, 32L << 20, WhenFull.BLOCK, Duration.ofSeconds(30)))
                .closeTimeout(Duration.ofMinutes(1))
                .build();
    }

    /** One request: its records share a trace, and all but the root are children of the root. */
    private final class Request {

        private final Telemetry telemetry;

        private final String trace;

        private final String root;

        private final String tenant;

        private final String user;

        private final String conversation;

        Request(Telemetry telemetry, String trace, String root, String tenant, String user, String conversation) {
            this.telemetry = telemetry;
            this.trace = trace;
            this.root = root;
            this.tenant = tenant;
            this.user = user;
            this.conversation = conversation;
        }

        String conversation() {
            return this.conversation;
        }

        RecordBuilder root(Instant at, double seconds) {
            return record(at, seconds).attribute("span_id", this.root);
        }

        RecordBuilder child(Instant at, double seconds) {
            return record(at, seconds).attribute("span_id", hex(16)).attribute("parent_span_id", this.root);
        }

        private RecordBuilder record(Instant at, double seconds) {
            return this.telemetry
                    .record()
                    .timestamp(at.plusNanos((long) (seconds * 1e9)))
                    .attribute("trace_id", this.trace)
                    .attribute("tenant", this.tenant)
                    .attribute("user", this.user);
        }
    }
}
