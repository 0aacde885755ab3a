package dev.brickyard.engine.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Breaks off a body that has not moved for too long: the JDK's client knows a time-out for the head
 * of an answer only, and would wait forever for the rest from a host that has vanished.
 */
final class StallGuard extends FilterInputStream {
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registry-stall-guard").factory());

  private final Future<?> watch;
  private final long patience;

  /** When the read under way began; 0 between reads, as a slow reader is no stall. */
  private volatile long readingSince;

  private volatile boolean stalled;

  StallGuard(InputStream body, Duration patience) {
    super(body);
    this.patience = patience.toNanos();
    long period = Math.max(1, patience.toMillis() / 4);
    this.watch = CLOCK.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  private void check() {
    long since = readingSince;
    if (since != 0 && System.nanoTime() - since > patience) {
      stalled = true;
      // Closing wakes the reader; it may wait for a connection to end, so not on this thread.
      Thread.ofVirtual().start(this::closeQuietly);
    }
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      // It is given up anyway.
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    readingSince = Math.max(1, System.nanoTime());
    try {
      int read = super.read(buffer, offset, length);
      if (read < 0 && stalled) {
        throw new IOException("nothing came any more");
      }
      return read;
    } finally {
      readingSince = 0;
    }
  }

  @Override
  public void close() throws IOException {
    watch.cancel(false);
    super.close();
  }
}
