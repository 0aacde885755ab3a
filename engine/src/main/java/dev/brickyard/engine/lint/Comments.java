package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.StageDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comments before each instruction. They go with it as BuildKit's parser has it: an empty
 * comment drops those above it, an empty line does not, and parser directives are none.
 */
final class Comments {
  private static final Pattern DIRECTIVE =
      Pattern.compile("#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(\\S.*?)\\s*");
  private static final List<String> DIRECTIVES = List.of("syntax", "escape", "check");

  private final Map<Integer, List<String>> byLine = new HashMap<>();

  Comments(Dockerfile dockerfile) {
    String[] lines = dockerfile.text().split("\n", -1);
    List<Instruction> instructions = new ArrayList<>(dockerfile.globals());
    for (StageDefinition stage : dockerfile.stages()) {
      instructions.add(stage.from());
      instructions.addAll(stage.instructions());
    }
    int next = directives(lines);
    for (Instruction instruction : instructions) {
      int line = instruction.range().startLine();
      byLine.put(line, read(lines, next, line - 1));
      next = instruction.range().endLine();
    }
  }

  /** The comments between two lines, counted from 0 and the second exclusive. */
  private static List<String> read(String[] lines, int from, int to) {
    List<String> comments = new ArrayList<>();
    for (int i = from; i < Math.min(to, lines.length); i++) {
      String line = lines[i].strip();
      if (line.startsWith("#")) {
        String comment = line.substring(1).strip();
        if (comment.isEmpty()) {
          comments.clear();
        } else {
          comments.add(comment);
        }
      }
    }
    return comments;
  }

  /** How many lines at the top are a shebang and parser directives. */
  private static int directives(String[] lines) {
    int count = lines[0].startsWith("#!") ? 1 : 0;
    while (count < lines.length && !directive(lines[count]).isEmpty()) {
      count++;
    }
    return count;
  }

  /** The name of the parser directive that a line is; empty text when it is none. */
  private static String directive(String line) {
    Matcher matcher = DIRECTIVE.matcher(line.strip());
    String name = matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
    return DIRECTIVES.contains(name) ? name : "";
  }

  /** The line (from 1) of a parser directive; empty when the file has none of that name. */
  static OptionalInt directiveLine(String text, String name) {
    String[] lines = text.split("\n", -1);
    for (int i = 0; i < directives(lines); i++) {
      if (directive(lines[i]).equals(name)) {
        return OptionalInt.of(i + 1);
      }
    }
    return OptionalInt.empty();
  }

  /** The comments of the instruction that begins in a line, from 1; the nearest is the last. */
  List<String> before(int line) {
    return byLine.getOrDefault(line, List.of());
  }

  /**
   * What a {@code # check=} comment says about one instruction. Only the first such comment counts,
   * and one that cannot be read says nothing.
   */
  LintOptions options(int line) {
    for (String comment : before(line)) {
      Matcher matcher = DIRECTIVE.matcher("#" + comment);
      if (matcher.matches() && matcher.group(1).equalsIgnoreCase("check")) {
        try {
          return LintOptions.parse(LintOptions.firstWord(matcher.group(2)));
        } catch (IllegalArgumentException e) {
          // It is a comment in the first place, so it cannot be wrong.
          return LintOptions.DEFAULT;
        }
      }
    }
    return LintOptions.DEFAULT;
  }
}
