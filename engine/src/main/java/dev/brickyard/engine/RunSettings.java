package dev.brickyard.engine;

import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.NetworkMode;

/**
 * How every RUN of a build is run, where its line does not say otherwise.
 *
 * @param isolation never insecure: only a line can ask for that
 */
public record RunSettings(NetworkMode network, Isolation isolation) {
  /** As Docker does it by default. */
  public static final RunSettings USUAL = new RunSettings(NetworkMode.DEFAULT, Isolation.USUAL);

  public RunSettings {
    if (isolation.insecure()) {
      throw new IllegalArgumentException("a build as a whole cannot be insecure");
    }
  }
}
