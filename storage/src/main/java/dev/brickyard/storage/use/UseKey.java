package dev.brickyard.storage.use;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.storage.object.ObjectKey;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a use record: {@code uses/<scope>/<build>/<job>-<attempt>.json}. A collector that only
 * lists sees from it how many builds a project had.
 */
public record UseKey(CacheScope scope, UUID buildId, UUID jobId, int attempt) {
  /** What the keys of all use records start with. */
  public static final String PREFIX = "uses/";

  private static final Pattern FORM =
      Pattern.compile(
          "uses/(?<scope>[^/]+)/(?<build>[0-9a-f-]{36})/(?<job>[0-9a-f-]{36})-(?<attempt>\\d{1,9})"
              + "\\.json");

  /** The object's key. */
  public ObjectKey objectKey() {
    return new ObjectKey(
        PREFIX + scope.name() + "/" + buildId + "/" + jobId + "-" + attempt + ".json");
  }

  /** Reads an object's key; empty when it names no use record. */
  public static Optional<UseKey> parse(ObjectKey key) {
    Matcher parts = FORM.matcher(key.value());
    if (!parts.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new UseKey(
              new CacheScope(parts.group("scope")),
              UUID.fromString(parts.group("build")),
              UUID.fromString(parts.group("job")),
              Integer.parseInt(parts.group("attempt"))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
