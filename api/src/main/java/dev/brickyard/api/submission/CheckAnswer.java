package dev.brickyard.api.submission;

import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.Failure;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.lint.LintException;
import dev.brickyard.engine.lint.LintReport;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the build checks found.
 *
 * @param warnings in the order of their lines
 * @param failure why a build would fail: warnings where the Dockerfile wants none, or an expression
 *     that cannot be expanded
 */
@Schema(name = "Check", description = "What the build checks found in a Dockerfile.")
public record CheckAnswer(List<CheckWarning> warnings, @Nullable Failure failure) {
  public CheckAnswer {
    warnings = List.copyOf(warnings);
  }

  static CheckAnswer of(LintReport report) {
    return new CheckAnswer(
        report.warnings().stream()
            .map(
                warning ->
                    new CheckWarning(
                        warning.rule().id(),
                        warning.rule().description(),
                        warning.detail(),
                        warning.rule().url(),
                        warning.file(),
                        warning.range().startLine(),
                        warning.range().endLine(),
                        warning.excerpt()))
            .toList(),
        report.failure().map(CheckAnswer::failure).orElse(null));
  }

  private static Failure failure(LintException e) {
    SourceRange range = e.range().orElse(null);
    return new Failure(
        e.code(),
        Failure.Kind.USER,
        e.sentence(),
        e.file().orElse(null),
        range == null ? null : range.startLine(),
        range == null ? null : range.startColumn(),
        range == null ? null : range.endLine(),
        e.excerpt().orElse(null),
        null,
        null,
        null);
  }
}
