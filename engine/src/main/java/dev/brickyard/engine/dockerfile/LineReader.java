package dev.brickyard.engine.dockerfile;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the lines of a file into logical lines: reads the parser directives, drops comments and
 * joins continuations.
 */
final class LineReader {
  /** BuildKit reads lines into a buffer of 64 KiB. */
  private static final int MAX_LINE_BYTES = (64 << 10) - 1;

  private final Problems problems;
  private final String text;
  private final String[] lines;
  private final Set<String> directives = new HashSet<>();
  private final List<ParseWarning> warnings = new ArrayList<>();
  private boolean directivesDone;
  private char escape = '\\';
  private int next;

  LineReader(String text, Problems problems) {
    this.problems = problems;
    this.text = text;
    this.lines = text.split("\n", -1);
  }

  /** A logical line and the last physical line (from 1) that it takes. */
  record Read(LogicalLine line, int lastLine) {}

  /** The next logical line that is not empty. */
  Optional<Read> next() throws DockerfileException {
    while (next < lines.length) {
      int number = next + 1;
      String raw = withoutLineEnd(read());
      String content = GoText.trimLeft(raw);
      int column = raw.length() - content.length() + 1;
      readDirective(content, number, column);
      if (content.startsWith("#")) {
        content = "";
      }
      int end = continuationEnd(content);
      if (end < 0 && content.isEmpty()) {
        continue;
      }
      LogicalLine line = new LogicalLine();
      line.append(end < 0 ? content : content.substring(0, end), number, column);
      if (end >= 0) {
        join(line);
      }
      return Optional.of(new Read(line, next));
    }
    return Optional.empty();
  }

  private String read() throws DockerfileException {
    String line = lines[next++];
    // No character of UTF-16 takes more than three bytes of UTF-8.
    if (line.length() > MAX_LINE_BYTES / 3
        && line.getBytes(StandardCharsets.UTF_8).length > MAX_LINE_BYTES) {
      throw problems.syntax(
          "dockerfile line greater than max allowed size of " + MAX_LINE_BYTES,
          SourceRange.lines(next, next));
    }
    return line;
  }

  private void join(LogicalLine line) throws DockerfileException {
    boolean hasEmptyLine = false;
    boolean continues = true;
    while (continues && next < lines.length) {
      if (next == lines.length - 1 && GoText.trimLeft(withoutLineEnd(lines[next])).isEmpty()) {
        // What follows the file's last line feed is no line.
        break;
      }
      int number = next + 1;
      String raw = withoutLineEnd(read());
      String trimmed = GoText.trimLeft(raw);
      if (trimmed.isEmpty()) {
        hasEmptyLine = true;
      } else if (!trimmed.startsWith("#")) {
        int end = continuationEnd(raw);
        line.append(end < 0 ? raw : raw.substring(0, end), number, 1);
        continues = end >= 0;
      }
    }
    if (hasEmptyLine) {
      // BuildKit blames the line that the instruction ends with.
      warnings.add(
          new ParseWarning(
              "NoEmptyContinuation", "Empty continuation line", SourceRange.lines(next, next)));
    }
  }

  /**
   * The body of a here-document: the lines up to the one that is the terminator.
   *
   * @param dropTabs true when tabs before the terminator do not count
   * @return empty when there is no terminator
   */
  Optional<String> heredoc(String terminator, boolean dropTabs) throws DockerfileException {
    StringBuilder body = new StringBuilder();
    while (next < lines.length) {
      String raw = read();
      String candidate = withoutLineEnd(raw);
      if (dropTabs) {
        candidate = candidate.substring(leadingTabs(candidate));
      }
      if (candidate.equals(terminator)) {
        return Optional.of(body.toString());
      }
      body.append(raw).append('\n');
    }
    return Optional.empty();
  }

  /** The last physical line read so far, from 1. */
  int line() {
    return next;
  }

  /** How long a physical line (from 1) is, without its end. */
  int length(int line) {
    return withoutLineEnd(lines[line - 1]).length();
  }

  /** The escape character in force. */
  char escape() {
    return escape;
  }

  Directives directives() {
    return new Directives(
        Directive.find(text, "syntax").map(Directive::value),
        escape,
        Directive.find(text, "check").map(Directive::value));
  }

  List<ParseWarning> warnings() {
    return warnings;
  }

  static int leadingTabs(String text) {
    int tabs = 0;
    while (tabs < text.length() && text.charAt(tabs) == '\t') {
      tabs++;
    }
    return tabs;
  }

  private void readDirective(String comment, int line, int column) throws DockerfileException {
    if (directivesDone) {
      return;
    }
    Optional<Directive> found = Directive.of(comment, line);
    if (found.isEmpty()) {
      directivesDone = true;
      return;
    }
    Directive directive = found.get();
    SourceRange range = new SourceRange(line, column, line, column + comment.length());
    if (!directives.add(directive.name())) {
      throw problems.syntax(
          "only one " + directive.name() + " parser directive can be used", range);
    }
    if (directive.name().equals("escape")) {
      String value = directive.value();
      if (!value.equals("`") && !value.equals("\\")) {
        throw problems.syntax("invalid escape token '" + value + "' does not match ` or \\", range);
      }
      escape = value.charAt(0);
    }
  }

  /** Where the text before a line continuation ends, or -1 when the line does not continue. */
  private int continuationEnd(String text) {
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    boolean continues =
        end > 0 && text.charAt(end - 1) == escape && (end == 1 || text.charAt(end - 2) != escape);
    return continues ? end - 1 : -1;
  }

  private static String withoutLineEnd(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    return line.substring(0, end);
  }
}
