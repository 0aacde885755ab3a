package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.BuildOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants built.
 *
 * @param cacheScope a branch or fork of the project with a cache of its own
 * @param platforms {@code os/arch[/variant]}, at least one, no one twice
 * @param canceled whether they changed their mind before it was planned
 */
public record BuildOrder(
    UUID id,
    String project,
    @Nullable String cacheScope,
    UUID contextId,
    String dockerfile,
    List<String> platforms,
    List<String> tags,
    @Nullable String target,
    Map<String, String> buildArgs,
    Map<String, String> labels,
    boolean noCache,
    BuildOptions options,
    Instant acceptedAt,
    boolean canceled,
    @Nullable String traceparent) {
  public BuildOrder {
    platforms = List.copyOf(platforms);
    tags = List.copyOf(tags);
    buildArgs = Map.copyOf(buildArgs);
    labels = Map.copyOf(labels);
    if (platforms.isEmpty() || platforms.stream().distinct().count() != platforms.size()) {
      throw new IllegalArgumentException("a build needs platforms, each once: " + platforms);
    }
  }
}
