package dev.brickyard.engine.dockerfile;

/** A Dockerfile that cannot be understood: a stable code, the place, and one plain sentence. */
public final class DockerfileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final String fileName;
  private final SourceRange range;
  private final String excerpt;

  DockerfileException(
      String code, String sentence, String fileName, SourceRange range, String excerpt) {
    super(sentence);
    this.code = code;
    this.fileName = fileName;
    this.range = range;
    this.excerpt = excerpt;
  }

  /** Stable, such as {@code dockerfile-unknown-instruction}. */
  public String code() {
    return code;
  }

  /** One plain sentence, without the place. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  public String fileName() {
    return fileName;
  }

  public SourceRange range() {
    return range;
  }

  /** The lines around the place, the blamed ones marked with {@code >>>}. */
  public String excerpt() {
    return excerpt;
  }
}
