package dev.brickyard.engine;

/**
 * Names a step within one job: stable for a Dockerfile and target, such as {@code build-3}. No step
 * of a build shares its id with another.
 */
public record StepId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
