package dev.brickyard.engine.dockerfile;

/** Renders the lines of a Dockerfile around a place, as BuildKit prints them. */
public final class Excerpt {
  private static final String RULER = "--------------------\n";

  /** An excerpt travels in messages: a hostile file must not make it large. */
  private static final int MAX_LINES = 60;

  private static final int TAIL = 10;
  private static final int MAX_WIDTH = 1000;

  private Excerpt() {}

  /**
   * The lines of {@code range}, marked with {@code >>>}, and a few around them. The middle of a
   * long range and the ends of very long lines are left out.
   */
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
      if (line == from + MAX_LINES - TAIL && to - line >= TAIL) {
        out.append("     | ...\n");
        line = to - TAIL + 1;
      }
      String mark = line >= first && line <= last ? ">>>" : "   ";
      out.append(" %3d | %s %s\n".formatted(line, mark, shown(lines[line - 1])));
    }
    return out.append(RULER).toString();
  }

  private static String shown(String line) {
    String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    return content.length() <= MAX_WIDTH ? content : content.substring(0, MAX_WIDTH) + "...";
  }
}
