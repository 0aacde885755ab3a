package dev.brickyard.cli.client;

import org.jspecify.annotations.Nullable;

/** What the farm says when it refuses something (RFC 9457, with the farm's own members). */
public record Problem(
    int status,
    @Nullable String title,
    @Nullable String detail,
    @Nullable String code,
    @Nullable String file,
    @Nullable Integer line,
    @Nullable Integer column,
    @Nullable String excerpt) {
  /** One sentence, in any case. */
  public String sentence() {
    if (detail != null && !detail.isBlank()) {
      return detail;
    }
    return title == null || title.isBlank() ? "the farm answered " + status : title;
  }
}
