package org.cloudmesh.ai.telemetry.demo;

import dev.langchain4j.exception.LangChain4jException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.cloudmesh.ai.telemetry.Status;
import org.cloudmesh.ai.telemetry.Telemetry;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Search, answers and passages over HTTP. Bad input is answered with 400 and a problem document. */
@RestController
class SearchController {

    private final SemanticSearch search;

    private final Passages passages;

    private final PassageRepository repository;

    private final Answers answers;

    private final Telemetry telemetry;

    SearchController(
            SemanticSearch search,
            Passages passages,
            PassageRepository repository,
            Answers answers,
            Telemetry telemetry) {
        this.search = search;
        this.passages = passages;
        this.repository = repository;
        this.answers = answers;
        this.telemetry = telemetry;
    }

    @GetMapping("/search")
    SearchAnswer search(
            @RequestParam(required = false) @Nullable String q, @RequestParam(defaultValue = "5") String k) {
        Passages.Nearest nearest = this.search.search(q, k);
        return new SearchAnswer(
                nearest.scanned(), nearest.best().stream().map(Hit::of).toList());
    }

    @GetMapping("/answers")
    QuestionAnswer answer(@RequestParam(required = false) @Nullable String q) {
        Answers.Answer answer = this.answers.answer(q);
        return new QuestionAnswer(
                answer.text(), answer.sources().stream().map(Hit::of).toList());
    }

    @PostMapping("/passages")
    ResponseEntity<PassageAnswer> add(@RequestBody NewPassage passage) {
        PassageAnswer added = PassageAnswer.of(this.passages.add(passage.title(), passage.text()));
        return ResponseEntity.created(URI.create("/passages/" + added.id())).body(added);
    }

    @GetMapping("/passages/{id}")
    ResponseEntity<PassageAnswer> passage(@PathVariable long id) {
        return ResponseEntity.of(this.repository.findById(id).map(PassageAnswer::of));
    }

    @ExceptionHandler
    ProblemDetail badInput(BadInputException ex) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, Objects.requireNonNullElse(ex.getMessage(), "bad input"));
    }

    /** The chat model could not be reached, or refused. */
    @ExceptionHandler
    ProblemDetail noAnswer(LangChain4jException ex) {
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_GATEWAY,
                "The chat model did not answer: " + ex.getClass().getSimpleName());
    }

    /** A body that cannot be read never reaches {@link Passages#add}, so its failure is recorded here. */
    @ExceptionHandler
    ProblemDetail unreadableBody(HttpMessageNotReadableException ex) {
        this.telemetry
                .record()
                .event("passage_add")
                .attribute("model", Embedder.MODEL)
                .attribute("error.type", ex.getClass().getName())
                .status(Status.FAILED)
                .emit();
        return ProblemDetail.forStatusAndDetail(
                HttpStatus.BAD_REQUEST, "The body is no JSON object with the texts title and text");
    }

    record NewPassage(@Nullable String title, @Nullable String text) {}

    record PassageAnswer(long id, String source, String title, String text) {

        static PassageAnswer of(Passage passage) {
            return new PassageAnswer(
                    Objects.requireNonNull(passage.id()), passage.source(), passage.title(), passage.text());
        }
    }

    record QuestionAnswer(@Nullable String answer, List<Hit> sources) {}

    record SearchAnswer(int scanned, List<Hit> results) {}

    record Hit(double score, PassageAnswer passage) {

        static Hit of(Passages.Scored scored) {
            return new Hit(scored.score(), PassageAnswer.of(scored.passage()));
        }
    }
}
