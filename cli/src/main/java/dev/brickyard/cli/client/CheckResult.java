package dev.brickyard.cli.client;

import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/checks} found.
 *
 * @param warnings in the order of their lines
 * @param failure why a build would fail
 */
public record CheckResult(List<CheckWarning> warnings, @Nullable Failure failure) {
  /** Fills in what an answer left out. */
  @SuppressWarnings("NullAway") // Jackson hands over null for absent members
  public CheckResult {
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }
}
