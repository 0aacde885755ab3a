package dev.brickyard.engine.solve;

import dev.brickyard.engine.registry.PushObserver;

/**
 * How much of an image is in the registry: {@code bytes-pushed}, {@code bytes-skipped}. Kept from
 * the first layer on, shown from when the step {@code push} has begun.
 */
final class PushCounters implements PushObserver {
  /** More often than with every half mebibyte is more than anybody sees. */
  private static final long STEP = 512 << 10;

  private final Progress progress;
  private long expected;
  private long pushed;
  private long skipped;
  private boolean shown;
  private long lastShown;

  PushCounters(Progress progress) {
    this.progress = progress;
  }

  @Override
  public synchronized void expected(long bytes) {
    expected += bytes;
  }

  @Override
  public synchronized void pushed(long bytes) {
    pushed += bytes;
    showMovement();
  }

  @Override
  public synchronized void skipped(long bytes) {
    skipped += bytes;
    showMovement();
  }

  private void showMovement() {
    if (shown && Math.abs(pushed + skipped - lastShown) >= STEP) {
      show();
    }
  }

  /** Tells where the counters stand, and from now on when they have moved. */
  synchronized void show() {
    shown = true;
    lastShown = pushed + skipped;
    progress.counted(PushStep.ID, "bytes-pushed", pushed, Math.max(pushed, expected - skipped));
    progress.counted(PushStep.ID, "bytes-skipped", skipped, expected);
  }
}
