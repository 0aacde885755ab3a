package dev.brickyard.engine.dockerfile;

/**
 * A place in a Dockerfile. Lines and columns count from 1; the end is inclusive for lines and
 * exclusive for columns. Columns count UTF-16 units.
 */
public record SourceRange(int startLine, int startColumn, int endLine, int endColumn) {
  public SourceRange {
    if (startLine < 1 || startColumn < 1 || endLine < startLine || endColumn < 1) {
      throw new IllegalArgumentException(
          "no source range: %d:%d-%d:%d".formatted(startLine, startColumn, endLine, endColumn));
    }
  }

  /** Whole lines. */
  public static SourceRange lines(int start, int end) {
    return new SourceRange(start, 1, end, 1);
  }
}
