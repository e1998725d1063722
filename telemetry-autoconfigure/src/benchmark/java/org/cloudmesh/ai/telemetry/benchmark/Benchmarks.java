package org.cloudmesh.ai.telemetry.benchmark;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Runs the benchmark that is named, or, in a JVM that a benchmark started, one of its cases. */
public final class Benchmarks {

    private Benchmarks() {}

    /**
     * Prints a section of Markdown.
     *
     * @param args {@code emit}, {@code ingest}, {@code query}, {@code lines}, {@code fleet}, {@code startup} or {@code idle};
     *     how many records; how many rounds, where 0 is the default
     */
    public static void main(String[] args) throws Exception {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
            root.setLevel(Level.WARN);
        }
        long records = Long.parseLong(args[1]);
        int rounds = Integer.parseInt(args[2]);
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        switch (args[0]) {
            case "emit" -> new EmitBenchmark(rounds == 0 ? 5 : rounds).run();
            case "ingest" -> new IngestBenchmark(records == 0 ? 1_000_000 : records, rounds == 0 ? 5 : rounds).run();
            case "query" -> new QueryBenchmark(records).run();
            case "lines" -> new LinesBenchmark(records).run();
            case "fleet" -> new FleetBenchmark(records == 0 ? 10_000_000 : records, rounds == 0 ? 3 : rounds).run();
            case "startup" -> new StartupBenchmark(rounds == 0 ? 20 : rounds).run();
            case "idle" -> new IdleBenchmark(rounds == 0 ? 2 : rounds).run();
            case "emit-case" -> Fork.answer(new EmitCase(rest.get(2)).measure());
            case "ingest-case" -> Fork.answer(new IngestCase(rest.get(2), records).measure());
            case "durable-case" -> Fork.answer(new DurableCase(rest.get(2), (int) records).measure());
            case "query-case" -> new QueryCase(records, rest.get(2)).run();
            case "lines-case" -> new LinesCase(records, rest.get(2)).run();
            default -> throw new IllegalArgumentException("There is no benchmark " + args[0]);
        }
    }
}
