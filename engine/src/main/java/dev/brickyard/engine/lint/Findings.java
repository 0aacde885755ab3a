package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.SourceRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Gathers what is found, as far as the options let it count. */
final class Findings {
  /** Nobody reads more, and a hostile file must not make many messages out of itself. */
  private static final int MAX_WARNINGS = 200;

  /**
   * Where something is found.
   *
   * @param options of a comment at that place
   */
  record Place(SourceRange range, LintOptions options) {}

  private final Dockerfile dockerfile;
  private final LintOptions options;
  private final Comments comments;
  private final List<LintWarning> warnings = new ArrayList<>();
  private final Set<Rule> broken = new LinkedHashSet<>();

  Findings(Dockerfile dockerfile, LintOptions options) {
    this.dockerfile = dockerfile;
    this.options = options;
    this.comments = new Comments(dockerfile);
  }

  /** The comments before an instruction; the nearest is the last. */
  List<String> comments(Instruction instruction) {
    return comments.before(instruction.range().startLine());
  }

  /** An instruction of the file, with what a comment before it says. */
  Place at(Instruction instruction) {
    SourceRange range = instruction.range();
    return new Place(range, comments.options(range.startLine()));
  }

  /** A place to which no comment applies. */
  static Place at(SourceRange range) {
    return new Place(range, LintOptions.DEFAULT);
  }

  /**
   * A rule is broken.
   *
   * @param words what the rule's detail names
   */
  void report(Rule rule, Place place, String... words) {
    report(rule, place.range(), place.options(), words);
  }

  /** The same, found at one place through what stands at another. */
  void report(Rule rule, SourceRange range, LintOptions there, String... words) {
    if (!options.counts(rule, there)) {
      return;
    }
    broken.add(rule);
    if (warnings.size() < MAX_WARNINGS) {
      warnings.add(
          new LintWarning(
              rule,
              rule.detail(List.of(words)),
              dockerfile.fileName(),
              range,
              dockerfile.excerpt(range)));
    }
  }

  /** Everything found; a failure where the file wants no warnings and there are some. */
  LintReport report() {
    return report(
        options.failing() && !broken.isEmpty()
            ? Optional.of(
                LintException.of(
                    "lint-violation",
                    broken.stream()
                        .map(Rule::id)
                        .collect(Collectors.joining(", ", "lint violation found for rules: ", ""))))
            : Optional.empty());
  }

  /** Everything found before something failed. */
  LintReport report(Optional<LintException> failure) {
    return new LintReport(
        warnings.stream()
            .sorted(Comparator.comparingInt(warning -> warning.range().startLine()))
            .toList(),
        failure);
  }
}
