package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.lint.KnownBases;
import dev.brickyard.engine.lint.LintException;
import dev.brickyard.engine.lint.LintOptions;
import dev.brickyard.engine.lint.LintReport;
import dev.brickyard.engine.lint.LintRequest;
import dev.brickyard.engine.lint.Linter;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be said about a submission's Dockerfile before anything is queued. */
final class DockerfileCheck {
  private static final int UNPROCESSABLE = 422;
  private static final long MAX_IGNORE_BYTES = 1 << 20;

  private DockerfileCheck() {}

  /**
   * Parses the Dockerfile, looks for the target and reads which checks it wants.
   *
   * @throws ProblemException 422, with the place when there is one
   */
  static Dockerfile check(ImagePath file, byte[] content, SubmissionOptions options) {
    Dockerfile dockerfile;
    try {
      dockerfile = Dockerfile.parse(file.value(), new String(content, StandardCharsets.UTF_8));
    } catch (DockerfileException e) {
      throw new ProblemException(
          Problem.of(UNPROCESSABLE, e.code(), "The Dockerfile cannot be understood", e.sentence())
              .at(e.fileName(), e.range().startLine(), e.range().startColumn(), e.excerpt()));
    }
    options.target().ifPresent(target -> checkTarget(dockerfile, target));
    try {
      LintOptions.of(dockerfile, options.buildArgs());
    } catch (LintException e) {
      throw problem(e);
    }
    return dockerfile;
  }

  /**
   * Runs the build checks, as far as they need no base image.
   *
   * @param ignore text of the {@code .dockerignore}; empty when there is none
   * @throws ProblemException 422 when that has an error
   */
  static LintReport lint(
      Dockerfile dockerfile, SubmissionOptions options, Optional<String> ignore) {
    try {
      Optional<DockerIgnore> rules = Optional.empty();
      if (ignore.isPresent()) {
        rules = Optional.of(DockerIgnore.parse(ignore.get()));
      }
      return Linter.check(
          new LintRequest(
              dockerfile,
              options.buildArgs(),
              options.target(),
              true,
              options.platforms().getFirst(),
              Platform.current(),
              rules,
              KnownBases.NONE));
    } catch (ContextException e) {
      throw new ProblemException(
          Problem.of(
              UNPROCESSABLE, e.code(), "The list of ignored files has an error", e.sentence()));
    } catch (LintException e) {
      throw problem(e);
    }
  }

  private static ProblemException problem(LintException e) {
    Problem problem =
        Problem.of(UNPROCESSABLE, e.code(), "The checks cannot be chosen", e.sentence());
    SourceRange range = e.range().orElse(null);
    return new ProblemException(
        range == null
            ? problem.blaming("build-arg")
            : problem.at(
                e.file().orElse(""),
                range.startLine(),
                range.startColumn(),
                e.excerpt().orElse("")));
  }

  /** The {@code .dockerignore} that holds for a Dockerfile; empty when there is none. */
  static Optional<LayerEntry> ignoreFile(ImagePath dockerfile, ReceivedContext context) {
    return context
        .index()
        .find(DockerIgnore.fileFor(dockerfile.value()))
        .or(() -> context.index().find(DockerIgnore.FILE))
        .filter(entry -> entry.type() == EntryType.FILE);
  }

  /**
   * Refuses a {@code .dockerignore} of a size that no list of patterns has: workers read it whole.
   *
   * @throws ProblemException 422
   */
  static void checkIgnoreFiles(ImagePath dockerfile, ReceivedContext context) {
    for (ImagePath file : List.of(DockerIgnore.fileFor(dockerfile.value()), DockerIgnore.FILE)) {
      context
          .index()
          .find(file)
          .filter(entry -> entry.size() > MAX_IGNORE_BYTES)
          .ifPresent(
              entry -> {
                throw new ProblemException(
                    Problem.of(
                        UNPROCESSABLE,
                        "dockerignore-too-large",
                        "The list of ignored files is too large",
                        file + " is larger than the " + MAX_IGNORE_BYTES + " bytes allowed"));
              });
    }
  }

  /** The problem of a Dockerfile that is not in the context, with what may have been meant. */
  static ProblemException missing(ImagePath file, ReceivedContext context) {
    List<String> candidates = candidates(file, context);
    String hint = candidates.isEmpty() ? "" : "; did you mean " + candidates.getFirst() + "?";
    boolean there = context.index().find(file).isPresent();
    return new ProblemException(
        Problem.of(
                UNPROCESSABLE,
                "dockerfile-missing",
                "There is no Dockerfile",
                there
                    ? file + " is no file that can be read"
                    : "there is no file " + file + " in the build context" + hint)
            .blaming("file")
            .suggesting(candidates));
  }

  private static void checkTarget(Dockerfile dockerfile, String target) {
    if (dockerfile.findStage(target, dockerfile.stages().size()).isPresent()) {
      return;
    }
    List<String> names =
        dockerfile.stages().stream().flatMap(stage -> stage.name().stream()).distinct().toList();
    List<String> near = Suggestions.near(target, names);
    String hint =
        !near.isEmpty()
            ? "; did you mean \"" + near.getFirst() + "\"?"
            : names.isEmpty()
                ? "; its stages have no names"
                : "; there are " + String.join(", ", names.subList(0, Math.min(10, names.size())));
    throw new ProblemException(
        Problem.of(
                UNPROCESSABLE,
                "unknown-target",
                "There is no such stage",
                "the Dockerfile has no stage \"" + Suggestions.printable(target) + "\"" + hint)
            .blaming("target")
            .suggesting(near.isEmpty() ? names : near));
  }

  /** Files that look like Dockerfiles or have nearly this path, the likeliest first. */
  private static List<String> candidates(ImagePath wanted, ReceivedContext context) {
    List<String> files =
        context.index().entries().stream()
            .filter(entry -> entry.type() == EntryType.FILE)
            .map(LayerEntry::path)
            .filter(
                path ->
                    looksLikeDockerfile(path)
                        || path.name().equalsIgnoreCase(wanted.name())
                        || !Suggestions.near(wanted.value(), List.of(path.value())).isEmpty())
            .sorted(
                Comparator.comparingInt((ImagePath path) -> path.names().size())
                    .thenComparing(path -> path))
            .limit(50)
            .map(ImagePath::value)
            .toList();
    List<String> near = Suggestions.near(wanted.value(), files);
    return near.isEmpty() ? files.subList(0, Math.min(5, files.size())) : near;
  }

  private static boolean looksLikeDockerfile(ImagePath path) {
    String name = path.name().toLowerCase(Locale.ROOT);
    return name.startsWith("dockerfile")
        || name.startsWith("containerfile")
        || name.endsWith(".dockerfile");
  }
}
