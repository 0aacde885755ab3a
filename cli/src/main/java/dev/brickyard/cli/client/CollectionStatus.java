package dev.brickyard.cli.client;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A collection of garbage, as the farm tells of it.
 *
 * @param state {@code REQUESTED}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}
 * @param figures by kind of object
 */
public record CollectionStatus(
    UUID id,
    String state,
    boolean dryRun,
    @Nullable Map<String, Figures> figures,
    @Nullable Figures total,
    @Nullable List<String> sample,
    @Nullable String error) {
  /** Some objects and their bytes. */
  public record Count(long objects, long bytes) {}

  /** What was found and done. */
  public record Figures(Count seen, Count kept, Count deleted, Count candidates) {}

  /** Whether it is over. */
  public boolean ended() {
    return state.equals("SUCCEEDED") || state.equals("FAILED");
  }
}
