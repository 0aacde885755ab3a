package dev.brickyard.engine.registry;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How registries are reached.
 *
 * @param mirrors by registry as references name it ({@code docker.io}): where to pull from first,
 *     in order; pushes never go to a mirror
 * @param insecure hosts (with port, if any) spoken to in plain HTTP; loopback addresses always are,
 *     as with Docker
 * @param attempts how often a request is sent at most when the registry is away or overloaded
 * @param firstPause before the second attempt; doubled before each further one
 * @param answerTimeout how long the head of an answer, or the next piece of a blob, may take
 */
public record RegistrySettings(
    Map<String, List<Mirror>> mirrors,
    Set<String> insecure,
    int attempts,
    Duration firstPause,
    Duration answerTimeout) {
  /** No mirrors, four attempts over some two seconds, thirty seconds for an answer. */
  public static final RegistrySettings DEFAULT =
      new RegistrySettings(Map.of(), Set.of(), 4, Duration.ofMillis(250), Duration.ofSeconds(30));

  /** Copies the collections; throws {@link IllegalArgumentException} when attempts are below 1. */
  public RegistrySettings {
    if (attempts < 1) {
      throw new IllegalArgumentException("a request needs at least one attempt");
    }
    Map<String, List<Mirror>> copied = new HashMap<>();
    mirrors.forEach((registry, list) -> copied.put(registry, List.copyOf(list)));
    mirrors = Map.copyOf(copied);
    insecure = Set.copyOf(insecure);
  }

  /** These settings with these mirrors instead. */
  public RegistrySettings withMirrors(Map<String, List<Mirror>> mirrors) {
    return new RegistrySettings(mirrors, insecure, attempts, firstPause, answerTimeout);
  }

  /** These settings with these plain-HTTP hosts instead. */
  public RegistrySettings withInsecure(Set<String> insecure) {
    return new RegistrySettings(mirrors, insecure, attempts, firstPause, answerTimeout);
  }

  /** These settings with another retry rhythm. */
  public RegistrySettings withRetries(int attempts, Duration firstPause) {
    return new RegistrySettings(mirrors, insecure, attempts, firstPause, answerTimeout);
  }

  /** These settings with more or less patience. */
  public RegistrySettings withAnswerTimeout(Duration answerTimeout) {
    return new RegistrySettings(mirrors, insecure, attempts, firstPause, answerTimeout);
  }
}
