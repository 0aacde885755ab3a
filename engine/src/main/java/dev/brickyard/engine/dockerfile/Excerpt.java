package dev.brickyard.engine.dockerfile;

/** Renders the lines of a Dockerfile around a place, as BuildKit prints them. */
public final class Excerpt {
  private static final String RULER = "--------------------\n";

  private Excerpt() {}

  /** The lines of {@code range}, marked with {@code >>>}, and a few around them. */
  public static String of(String text, SourceRange range) {
    // Not String.lines(): a lone carriage return does not end a line of a Dockerfile.
    String[] lines = text.split("\n", -1);
    int first = Math.min(range.startLine(), lines.length);
    int last = Math.min(range.endLine(), lines.length);
    int from = first;
    int to = last;
    int wanted = first == last ? 4 : 2;
    for (int added = 0; added < wanted; added++) {
      if (from > 1) {
        from--;
        added++;
      }
      if (to < lines.length) {
        to++;
        added++;
      }
    }
    StringBuilder out = new StringBuilder(RULER);
    for (int line = from; line <= to; line++) {
      String content = lines[line - 1];
      if (content.endsWith("\r")) {
        content = content.substring(0, content.length() - 1);
      }
      String mark = line >= first && line <= last ? ">>>" : "   ";
      out.append(" %3d | %s %s\n".formatted(line, mark, content));
    }
    return out.append(RULER).toString();
  }
}
