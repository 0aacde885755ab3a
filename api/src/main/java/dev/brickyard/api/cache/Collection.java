package dev.brickyard.api.cache;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A collection of garbage.
 *
 * @param grace what was really waited, as ISO 8601 has it
 * @param figures by kind of object: blob, index, root, record, use, context, log, explanation,
 *     mount, upload
 * @param total all kinds together
 * @param sample keys of some of the deleted objects
 */
public record Collection(
    UUID id,
    Trigger trigger,
    State state,
    boolean dryRun,
    @Nullable Instant requestedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String grace,
    @Nullable Map<String, Figures> figures,
    @Nullable Figures total,
    @Nullable List<String> sample,
    @Nullable String error) {
  /** Why it was done. */
  @Schema(name = "CollectionTrigger")
  public enum Trigger {
    SCHEDULE,
    REQUEST
  }

  /** How it stands. */
  @Schema(name = "CollectionState")
  public enum State {
    REQUESTED,
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /** Some objects and their size. */
  public record Count(long objects, long bytes) {
    Count plus(Count other) {
      return new Count(objects + other.objects, bytes + other.bytes);
    }
  }

  /**
   * What was found and done.
   *
   * @param deleted what would be, in a dry run
   * @param candidates no longer needed, but not for long enough yet
   */
  @Schema(name = "CollectionFigures")
  public record Figures(Count seen, Count kept, Count deleted, Count candidates) {
    private static final Count NONE = new Count(0, 0);
    static final Figures ZERO = new Figures(NONE, NONE, NONE, NONE);

    Figures plus(Figures other) {
      return new Figures(
          seen.plus(other.seen),
          kept.plus(other.kept),
          deleted.plus(other.deleted),
          candidates.plus(other.candidates));
    }
  }

  /** Collections, newest first. */
  @Schema(name = "CollectionPage")
  public record Page(List<Collection> collections) {}
}
