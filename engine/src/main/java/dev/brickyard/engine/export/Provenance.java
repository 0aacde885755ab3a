package dev.brickyard.engine.export;

import java.util.Optional;

/**
 * What is to be said about how an image was built.
 *
 * @param builderId who is named as the builder; the farm when empty
 */
public record Provenance(Mode mode, Version version, Optional<String> builderId) {
  /** How much is said. */
  public enum Mode {
    /** What went in, but neither build arguments nor labels. */
    MIN,
    /** Everything, but for what looks like a secret. */
    MAX
  }

  /** Which of SLSA's schemas it follows. */
  public enum Version {
    V0_2("https://slsa.dev/provenance/v0.2"),
    V1("https://slsa.dev/provenance/v1");

    private final String predicateType;

    Version(String predicateType) {
      this.predicateType = predicateType;
    }

    /** The schema's own name. */
    public String predicateType() {
      return predicateType;
    }
  }
}
