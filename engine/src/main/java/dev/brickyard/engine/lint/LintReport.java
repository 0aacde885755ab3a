package dev.brickyard.engine.lint;

import java.util.List;
import java.util.Optional;

/**
 * What came out of a check.
 *
 * @param warnings in the order of their lines; of very many only the first are kept
 * @param failure why the build cannot go on: an expression that cannot be expanded, or, code {@code
 *     lint-violation}, warnings where the file wants none
 */
public record LintReport(List<LintWarning> warnings, Optional<LintException> failure) {
  public LintReport {
    warnings = List.copyOf(warnings);
  }
}
