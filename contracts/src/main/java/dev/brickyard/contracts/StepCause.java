package dev.brickyard.contracts;

import java.util.List;

/**
 * Why a step was found in the cache or was not.
 *
 * @param kind stable, in lower case with dashes, such as {@code files-changed}
 * @param sentence short, for people, without a full stop: {@code file src/app.py changed}
 * @param details more of the same, such as every file that changed; a bounded number
 */
public record StepCause(Verdict verdict, String kind, String sentence, List<String> details) {
  public StepCause {
    details = List.copyOf(details);
  }

  /** What a step met in the cache. */
  public enum Verdict {
    /** Its result was there. */
    HIT,
    /** It had to be executed. */
    MISS,
    /** It was not needed at all: a base image that no process had to see. */
    UNUSED
  }
}
