package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which blobs were seen in which repository lately, by whom. Bounded in time and number. */
final class SeenBlobs {
  private static final int MAX = 50_000;

  private record Key(RepositoryLocation location, String user, Digest digest) {}

  private final InstantSource clock;
  private final Duration lifetime;
  private final Map<Key, Instant> seen = new LinkedHashMap<>();

  SeenBlobs(InstantSource clock, Duration lifetime) {
    this.clock = clock;
    this.lifetime = lifetime;
  }

  synchronized boolean contains(RepositoryLocation location, String user, Digest digest) {
    Instant at = seen.get(new Key(location, user, digest));
    return at != null && clock.instant().isBefore(at.plus(lifetime));
  }

  synchronized void add(RepositoryLocation location, String user, Digest digest) {
    Key key = new Key(location, user, digest);
    seen.remove(key);
    seen.put(key, clock.instant());
    if (seen.size() > MAX) {
      seen.remove(seen.keySet().iterator().next());
    }
  }

  /** Forgets a repository; true when there was something to forget. */
  synchronized boolean forget(RepositoryLocation location) {
    return seen.keySet().removeIf(key -> key.location().equals(location));
  }
}
