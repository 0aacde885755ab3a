package dev.brickyard.worker;

import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.image.Platform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a worker is and how much it does.
 *
 * @param id stable name
 * @param platforms whose jobs it takes
 * @param slots jobs at once of each platform
 * @param spool directory for the logs of running jobs
 * @param heartbeat how often it says that it lives
 * @param allowed what its administrator allows RUN
 */
public record WorkerSettings(
    String id,
    List<Platform> platforms,
    int slots,
    Path spool,
    Duration heartbeat,
    @Nullable String version,
    Set<Entitlement> allowed) {
  public WorkerSettings {
    if (platforms.isEmpty()) {
      throw new IllegalArgumentException("a worker needs a platform to offer");
    }
    if (slots < 1) {
      throw new IllegalArgumentException("a worker needs at least one slot");
    }
    platforms = List.copyOf(platforms);
    allowed = Set.copyOf(allowed);
  }
}
