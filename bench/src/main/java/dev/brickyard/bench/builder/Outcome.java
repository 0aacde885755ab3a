package dev.brickyard.bench.builder;

import java.util.Map;

/** How a build ended. */
public sealed interface Outcome {
  /**
   * The image is in the registry.
   *
   * @param seconds from the request to that
   * @param profile milliseconds by phase, as far as the builder tells
   * @param counters bytes and steps, as far as the builder tells
   */
  record Built(double seconds, Map<String, Long> profile, Map<String, Long> counters)
      implements Outcome {
    public Built {
      profile = Map.copyOf(profile);
      counters = Map.copyOf(counters);
    }
  }

  /**
   * There is no image.
   *
   * @param reason a line for people
   */
  record Failed(String reason) implements Outcome {}
}
