package dev.brickyard.engine.dockerfile;

/**
 * A {@code --mount} of RUN as written; its values may hold variables.
 *
 * @param text what follows {@code --mount=}
 */
public record MountFlag(String text, SourceRange range) {
  /**
   * The mount with its variables expanded.
   *
   * @throws ExpansionException when a value cannot be expanded or the mount is not a valid one
   */
  public RunMount resolve(WordExpander expander) throws ExpansionException {
    return MountParser.parse(text, expander);
  }
}
