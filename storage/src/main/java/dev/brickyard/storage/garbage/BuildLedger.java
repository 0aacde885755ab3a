package dev.brickyard.storage.garbage;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What the farm knows of its builds. Asked while a collection runs, never before it begins. */
public interface BuildLedger {
  /** How long the build that runs longest has been running; empty when none runs. */
  Optional<Duration> longestRunning();

  /** Which of these contexts belong to builds; those that are absent belong to none. */
  Map<UUID, ContextNeed> contexts(Set<UUID> ids);

  /** Whether a build still needs its context. */
  sealed interface ContextNeed {
    /** The build has not ended: it waits, runs, or may be tried again. */
    record Open() implements ContextNeed {}

    /**
     * The build has ended.
     *
     * @param since how long ago
     */
    record Ended(Duration since) implements ContextNeed {}
  }
}
