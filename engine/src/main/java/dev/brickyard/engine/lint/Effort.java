package dev.brickyard.engine.lint;

/**
 * Bounds the work that one file can cause. No Dockerfile that a person wrote comes near; one made
 * to keep a service busy is not checked to its end.
 */
final class Effort {
  private static final long MOST = 10_000_000;

  private long left = MOST;

  /** The rest of the file is not worth the work. */
  static final class ExhaustedException extends Exception {
    private static final long serialVersionUID = 1L;

    ExhaustedException() {
      super("the file is too much work");
    }
  }

  /** Takes note of work: about as many comparisons, or characters kept. */
  void spend(long amount) throws ExhaustedException {
    left -= amount;
    if (left < 0) {
      throw new ExhaustedException();
    }
  }
}
