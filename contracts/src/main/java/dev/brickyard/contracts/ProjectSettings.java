package dev.brickyard.contracts;

import com.fasterxml.jackson.annotation.JsonFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What somebody decided for a project. Whatever is null is as the farm has it for all.
 *
 * @param retention how long the project's part of the cache is kept
 * @param cacheMounts what becomes of {@code RUN --mount=type=cache}
 */
public record ProjectSettings(@Nullable Retention retention, @Nullable CacheMounts cacheMounts) {
  /** Nothing was decided. */
  public static final ProjectSettings NONE = new ProjectSettings(null, null);

  /**
   * How long the project's part of the cache is kept: a build counts while it is younger than
   * {@code maxAge} or among the {@code keepLast} latest; of those, the oldest no longer count when
   * together they hold more than {@code maxBytes}.
   *
   * @param maxAge zero or more, in JSON as ISO 8601 has it: {@code P30D}, {@code PT12H}
   * @param maxBytes zero or more
   * @param keepLast how many builds count whatever their age; zero or more
   */
  public record Retention(
      @JsonFormat(shape = JsonFormat.Shape.STRING) @Nullable Duration maxAge,
      @Nullable Long maxBytes,
      @Nullable Integer keepLast) {}

  /**
   * What becomes of {@code RUN --mount=type=cache}.
   *
   * @param saved whether it is saved to the object store, for other workers
   * @param maxBytes of the files of each mount; zero or more
   */
  public record CacheMounts(@Nullable Boolean saved, @Nullable Long maxBytes) {}
}
