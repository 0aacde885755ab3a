package dev.brickyard.engine.runtime;

/**
 * Gets what a container's process prints, as it comes. Called from two threads, one per stream;
 * must not throw.
 */
@FunctionalInterface
public interface OutputSink {
  /**
   * A chunk of output; it ends anywhere, also within a character.
   *
   * @param stderr false for standard output
   * @param chunk the receiver's to keep
   */
  void write(boolean stderr, byte[] chunk);
}
