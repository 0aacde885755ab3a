package dev.brickyard.engine.dockerfile;

/**
 * A word whose variables cannot be expanded, or whose expansion makes no sense. It does not know
 * where the word stands: who asked for the expansion does.
 */
public final class ExpansionException extends Exception {
  private static final long serialVersionUID = 1L;

  ExpansionException(String sentence) {
    super(sentence);
  }

  /** One plain sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
