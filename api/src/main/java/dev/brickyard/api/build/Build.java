package dev.brickyard.api.build;

import dev.brickyard.api.cache.CacheFigures;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A build as clients see it.
 *
 * @param tags full references, as in {@code docker.io/library/app:latest}
 * @param cancelRequestedAt when somebody asked for its end
 * @param image what the tags point at; set exactly when the state is SUCCEEDED
 * @param cacheScope the branch or fork whose own part of the project's cache it uses
 * @param jobs one for each platform, and one that publishes; empty until planned
 * @param cache what the cache did for it so far; absent in lists of builds
 * @param warnings what the build checks found in the Dockerfile, in the order of its lines; absent
 *     in lists of builds
 */
@Schema(description = "A build: one image for one or more platforms.")
public record Build(
    UUID id,
    String project,
    @Nullable String cacheScope,
    BuildState state,
    List<String> tags,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Instant cancelRequestedAt,
    @Nullable Image image,
    List<Job> jobs,
    @Nullable CacheFigures cache,
    @Nullable List<CheckWarning> warnings,
    @Nullable Failure failure) {
  public Build {
    tags = List.copyOf(tags);
    jobs = List.copyOf(jobs);
    warnings = warnings == null ? null : List.copyOf(warnings);
  }

  /**
   * A published image.
   *
   * @param digest of the index, or of the manifest when there is one platform
   * @param size compressed size of the layers of all platforms, in bytes
   */
  @Schema(description = "The image the tags point at.")
  public record Image(String digest, @Nullable String mediaType, @Nullable Long size) {}

  /**
   * One platform of a build, or its publishing.
   *
   * @param worker who holds or held the latest attempt
   * @param attempt from 1; 0 before the first
   * @param manifestDigest what was pushed, once it was
   * @param size compressed size of the layers, in bytes
   * @param steps of the latest attempt; absent in lists of builds
   */
  @Schema(description = "One platform of a build (BUILD), or its publishing (PUBLISH).")
  public record Job(
      UUID id,
      String platform,
      JobKind kind,
      JobState state,
      @Nullable String worker,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable String manifestDigest,
      @Nullable Long size,
      @Nullable List<Step> steps,
      @Nullable Failure failure) {
    public Job {
      steps = steps == null ? null : List.copyOf(steps);
    }
  }

  /**
   * A step of a job.
   *
   * @param line of the Dockerfile, 0 for none
   * @param counters such as {@code bytes-pulled}
   * @param cache why it was found in the cache or was not; absent until it has ended, and where
   *     that is not known
   * @param warnings what the user should know that is no failure
   */
  @Schema(description = "One step of a job, in the order people should see them.")
  public record Step(
      String id,
      String name,
      int line,
      StepStatus state,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      Map<String, Long> counters,
      @Nullable StepCause cache,
      List<String> warnings) {
    public Step {
      counters = Map.copyOf(counters);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Builds, newest first.
   *
   * @param next the {@code before} of the next page; absent on the last
   */
  @Schema(name = "BuildPage", description = "Builds, newest first.")
  public record Page(List<Build> builds, @Nullable UUID next) {
    public Page {
      builds = List.copyOf(builds);
    }
  }
}
