package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What can be said about a submission's Dockerfile before anything is queued. */
final class DockerfileCheck {
  private static final int UNPROCESSABLE = 422;
  private static final long MAX_IGNORE_BYTES = 1 << 20;

  private DockerfileCheck() {}

  /**
   * Parses the Dockerfile and looks for the target.
   *
   * @throws ProblemException 422, with the place when there is one
   */
  static void check(ImagePath file, byte[] content, SubmissionOptions options) {
    Dockerfile dockerfile;
    try {
      dockerfile = Dockerfile.parse(file.value(), new String(content, StandardCharsets.UTF_8));
    } catch (DockerfileException e) {
      throw new ProblemException(
          Problem.of(UNPROCESSABLE, e.code(), "The Dockerfile cannot be understood", e.sentence())
              .at(e.fileName(), e.range().startLine(), e.range().startColumn(), e.excerpt()));
    }
    options.target().ifPresent(target -> checkTarget(dockerfile, target));
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
