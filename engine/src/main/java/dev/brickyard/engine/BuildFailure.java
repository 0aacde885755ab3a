package dev.brickyard.engine;

import dev.brickyard.engine.dockerfile.SourceRange;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Why a build could not succeed: a stable code, whose failure it was, and one plain sentence. Where
 * a Dockerfile line is to blame, it carries the place and an excerpt with the line marked.
 */
public final class BuildFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final FailureKind kind;
  private final @Nullable String file;
  private final @Nullable SourceRange range;
  private final @Nullable String excerpt;
  private final @Nullable Integer exitCode;
  private final @Nullable String logTail;

  private BuildFailure(
      String code,
      FailureKind kind,
      String sentence,
      @Nullable String file,
      @Nullable SourceRange range,
      @Nullable String excerpt,
      @Nullable Integer exitCode,
      @Nullable String logTail,
      @Nullable Throwable cause) {
    super(sentence, cause);
    this.code = code;
    this.kind = kind;
    this.file = file;
    this.range = range;
    this.excerpt = excerpt;
    this.exitCode = exitCode;
    this.logTail = logTail;
  }

  /**
   * A failure the user can mend.
   *
   * @param code stable, lower case with hyphens, such as {@code copy-source-missing}
   * @param sentence one plain sentence that names the cause
   */
  public static BuildFailure user(String code, String sentence) {
    return new BuildFailure(code, FailureKind.USER, sentence, null, null, null, null, null, null);
  }

  /** A failure of the farm, tried again. */
  public static BuildFailure farm(String code, String sentence, @Nullable Throwable cause) {
    return new BuildFailure(code, FailureKind.FARM, sentence, null, null, null, null, null, cause);
  }

  /** A limit that struck. */
  public static BuildFailure limit(String code, String sentence) {
    return new BuildFailure(code, FailureKind.LIMIT, sentence, null, null, null, null, null, null);
  }

  /** The same failure, placed: file name, range, and the excerpt of the Dockerfile. */
  public BuildFailure at(String file, SourceRange range, String excerpt) {
    return new BuildFailure(
        code, kind, sentence(), file, range, excerpt, exitCode, logTail, getCause());
  }

  /** The same failure with what the process said last and the code it ended with. */
  public BuildFailure withProcess(int exitCode, String logTail) {
    return new BuildFailure(
        code, kind, sentence(), file, range, excerpt, exitCode, logTail, getCause());
  }

  public String code() {
    return code;
  }

  public FailureKind kind() {
    return kind;
  }

  /** One plain sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  public Optional<String> file() {
    return Optional.ofNullable(file);
  }

  public Optional<SourceRange> range() {
    return Optional.ofNullable(range);
  }

  /** Dockerfile lines around the place, the blamed ones marked with {@code >>>}. */
  public Optional<String> excerpt() {
    return Optional.ofNullable(excerpt);
  }

  public OptionalInt exitCode() {
    return exitCode == null ? OptionalInt.empty() : OptionalInt.of(exitCode);
  }

  /** The last lines the failing process printed. */
  public Optional<String> logTail() {
    return Optional.ofNullable(logTail);
  }
}
