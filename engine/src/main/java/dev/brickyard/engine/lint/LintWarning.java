package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.SourceRange;

/**
 * A place where a rule is broken.
 *
 * @param detail one sentence about this place
 * @param file the Dockerfile as the user named it
 * @param range the whole instruction, or what else is to blame
 * @param excerpt the lines around it, those of the range marked with {@code >>>}
 */
public record LintWarning(
    Rule rule, String detail, String file, SourceRange range, String excerpt) {
  /** All on one line, as BuildKit's progress shows it. */
  public String sentence() {
    return "%s: %s (line %d)".formatted(rule.id(), detail, range.startLine());
  }
}
