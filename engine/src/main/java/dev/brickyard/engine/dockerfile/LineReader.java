package dev.brickyard.engine.dockerfile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the lines of a file into logical lines: reads the parser directives, drops comments and
 * joins continuations.
 */
final class LineReader {
  private static final List<String> KNOWN = List.of("syntax", "escape", "check");

  private final Problems problems;
  private final String[] lines;
  private final Map<String, String> directives = new HashMap<>();
  private final List<ParseWarning> warnings = new ArrayList<>();
  private boolean directivesDone;
  private char escape = '\\';
  private int next;

  LineReader(String text, Problems problems) {
    this.problems = problems;
    this.lines = text.split("\n", -1);
  }

  /** A logical line and the last physical line (from 1) that it takes. */
  record Read(LogicalLine line, int lastLine) {}

  /** The next logical line that is not empty. */
  Optional<Read> next() throws DockerfileException {
    while (next < lines.length) {
      int number = next + 1;
      String raw = withoutLineEnd(lines[next++]);
      String text = GoText.trimLeft(raw);
      int column = raw.length() - text.length() + 1;
      readDirective(text, number, column);
      if (text.startsWith("#")) {
        text = "";
      }
      int end = continuationEnd(text);
      if (end < 0 && text.isEmpty()) {
        continue;
      }
      LogicalLine line = new LogicalLine();
      line.append(end < 0 ? text : text.substring(0, end), number, column);
      if (end >= 0) {
        join(line);
      }
      return Optional.of(new Read(line, next));
    }
    return Optional.empty();
  }

  private void join(LogicalLine line) {
    boolean emptyLine = false;
    while (next < lines.length) {
      int number = next + 1;
      String raw = withoutLineEnd(lines[next]);
      String trimmed = GoText.trimLeft(raw);
      if (next == lines.length - 1 && trimmed.isEmpty()) {
        // What follows the file's last line feed is no line.
        break;
      }
      next++;
      if (trimmed.startsWith("#")) {
        continue;
      }
      if (trimmed.isEmpty()) {
        emptyLine = true;
        continue;
      }
      int end = continuationEnd(raw);
      line.append(end < 0 ? raw : raw.substring(0, end), number, 1);
      if (end < 0) {
        break;
      }
    }
    if (emptyLine) {
      // BuildKit blames the line where it noticed.
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
  Optional<String> heredoc(String terminator, boolean dropTabs) {
    StringBuilder body = new StringBuilder();
    while (next < lines.length) {
      String raw = lines[next++];
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

  /** The physical lines from one to another, both from 1 and inclusive, without the last end. */
  String textBetween(int first, int last) {
    String joined = String.join("\n", Arrays.copyOfRange(lines, first - 1, last));
    return withoutLineEnd(joined);
  }

  Directives directives() {
    return new Directives(
        Optional.ofNullable(directives.get("syntax")),
        escape,
        Optional.ofNullable(directives.get("check")));
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

  private void readDirective(String text, int line, int column) throws DockerfileException {
    if (directivesDone) {
      return;
    }
    int equals = text.startsWith("#") ? text.indexOf('=') : -1;
    String name = equals < 0 ? "" : text.substring(1, equals).strip().toLowerCase(Locale.ROOT);
    String value = text.substring(equals + 1).strip();
    if (!KNOWN.contains(name) || value.isEmpty()) {
      directivesDone = true;
      return;
    }
    SourceRange range = new SourceRange(line, column, line, column + text.length());
    if (directives.put(name, value) != null) {
      throw problems.syntax("only one " + name + " parser directive can be used", range);
    }
    if (name.equals("escape")) {
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
