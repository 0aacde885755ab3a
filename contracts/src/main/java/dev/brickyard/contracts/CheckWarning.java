package dev.brickyard.contracts;

/**
 * What a build check found in a Dockerfile.
 *
 * @param rule its stable name, such as {@code FromAsCasing}
 * @param description what the rule is about, wherever it is broken
 * @param detail one sentence about this place
 * @param url the rule's help page, as a path in the project
 * @param file the Dockerfile as the user named it
 * @param line where it begins, from 1
 * @param endLine where it ends, inclusive
 * @param excerpt the lines around it, those meant marked with {@code >>>}
 */
public record CheckWarning(
    String rule,
    String description,
    String detail,
    String url,
    String file,
    int line,
    int endLine,
    String excerpt) {
  /** All on one line, as BuildKit's progress shows it. */
  public String sentence() {
    return "%s: %s (line %d)".formatted(rule, detail, line);
  }
}
