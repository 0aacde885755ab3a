package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.SourceRange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a file cannot be checked to its end, or is not to be built: a stable code and one plain
 * sentence, mostly with a place. Always the user's to mend.
 */
public final class LintException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final @Nullable String file;
  private final @Nullable SourceRange range;
  private final @Nullable String excerpt;

  private LintException(
      String code,
      String sentence,
      @Nullable String file,
      @Nullable SourceRange range,
      @Nullable String excerpt) {
    super(sentence);
    this.code = code;
    this.file = file;
    this.range = range;
    this.excerpt = excerpt;
  }

  static LintException of(String code, String sentence) {
    return new LintException(code, sentence, null, null, null);
  }

  /** The same, with the place that is to blame. */
  LintException at(Dockerfile dockerfile, SourceRange place) {
    return new LintException(
        code, sentence(), dockerfile.fileName(), place, dockerfile.excerpt(place));
  }

  /** Stable, such as {@code lint-violation}. */
  public String code() {
    return code;
  }

  /** One plain sentence, without the place. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** The Dockerfile as the user named it, where a place in it is to blame. */
  public Optional<String> file() {
    return Optional.ofNullable(file);
  }

  /** The place. */
  public Optional<SourceRange> range() {
    return Optional.ofNullable(range);
  }

  /** The lines around the place, the blamed ones marked with {@code >>>}. */
  public Optional<String> excerpt() {
    return Optional.ofNullable(excerpt);
  }
}
