package dev.brickyard.engine.snapshot;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes room while processes write to mounted roots, which no one can do over when it is late. */
final class DiskWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
  private static final long PERIOD_MILLIS = 500;

  private final LocalLayers local;
  private int roots;
  private boolean closed;
  private @Nullable Thread thread;

  DiskWatch(LocalLayers local) {
    this.local = local;
  }

  /** A root is written to, until the answer is run. */
  synchronized Runnable begin() {
    roots++;
    if (thread == null && !closed) {
      thread = Thread.ofVirtual().name("disk-watch").start(this::watch);
    }
    return this::end;
  }

  /** True when nobody writes. */
  synchronized boolean isIdle() {
    return roots == 0;
  }

  private synchronized void end() {
    roots--;
    notifyAll();
  }

  private void watch() {
    while (isNeeded()) {
      try {
        local.tidy();
      } catch (IOException | RuntimeException e) {
        LOG.warn("room could not be made on the disk", e);
      }
    }
  }

  /** Waits a little; false, once, when nobody writes any more. */
  private synchronized boolean isNeeded() {
    try {
      long end = System.nanoTime() + PERIOD_MILLIS * 1_000_000;
      for (long left = PERIOD_MILLIS; roots > 0 && !closed && left > 0; ) {
        wait(left);
        left = (end - System.nanoTime()) / 1_000_000;
      }
    } catch (InterruptedException e) {
      closed = true;
    }
    if (roots == 0 || closed) {
      thread = null;
      return false;
    }
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
