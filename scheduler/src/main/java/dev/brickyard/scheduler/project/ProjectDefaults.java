package dev.brickyard.scheduler.project;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;
import java.util.Optional;

/** What goes for projects that say nothing else. */
public interface ProjectDefaults {
  /** How long a build's part of the cache is kept after it. */
  @WithName("max-age")
  @WithDefault("30d")
  Duration maxAge();

  /** How many builds' parts are kept whatever their age. */
  @WithName("keep-last")
  @WithDefault("3")
  int keepLast();

  /** How much a project may keep in the cache; no limit when absent. */
  @WithName("max-bytes")
  Optional<MemorySize> maxBytes();

  /** What becomes of {@code RUN --mount=type=cache}. */
  @WithName("cache-mounts")
  CacheMounts cacheMounts();

  /** What becomes of {@code RUN --mount=type=cache}. */
  interface CacheMounts {
    /** Whether it is saved to the object store, for other workers. */
    @WithDefault("true")
    boolean saved();

    /** How much each mount may hold. */
    @WithName("max-bytes")
    @WithDefault("10G")
    MemorySize maxBytes();
  }
}
