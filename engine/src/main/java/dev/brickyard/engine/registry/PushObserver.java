package dev.brickyard.engine.registry;

/**
 * Is told how a push gets on, from several threads. In the end what was expected is what was pushed
 * and what was skipped.
 */
public interface PushObserver {
  /** Wants to know nothing. */
  PushObserver NONE =
      new PushObserver() {
        @Override
        public void expected(long bytes) {}

        @Override
        public void pushed(long bytes) {}

        @Override
        public void skipped(long bytes) {}
      };

  /** More is to be in the registry than was known before. */
  void expected(long bytes);

  /**
   * Content was sent.
   *
   * @param bytes negative when what was sent must be sent again
   */
  void pushed(long bytes);

  /** Content that need not be sent: it was there, or could be mounted. */
  void skipped(long bytes);
}
