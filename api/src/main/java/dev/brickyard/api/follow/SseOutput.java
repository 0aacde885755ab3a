package dev.brickyard.api.follow;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One client's stream of server-sent events. Writing blocks while the client does not read. {@link
 * #gone} may come from any thread, the rest from one.
 */
final class SseOutput {
  private static final byte[] OPENING = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);
  private static final byte[] COMMENT = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);

  private final OutputStream out;
  private long flushedAt;
  private boolean dirty;
  private volatile boolean gone;

  SseOutput(OutputStream out) {
    this.out = out;
  }

  /** Sends the headers, so that the client knows it is connected, and how soon to come back. */
  void open() throws IOException {
    write(OPENING);
    flush();
  }

  void write(byte[] frame) throws IOException {
    out.write(frame);
    dirty = true;
  }

  /** Sends what was written. */
  void flush() throws IOException {
    if (dirty) {
      out.flush();
      dirty = false;
      flushedAt = System.nanoTime();
    }
  }

  /** Sends a comment: proxies stay patient, and a dead client is noticed. */
  void keepAlive() throws IOException {
    write(COMMENT);
    flush();
  }

  /** How long until a comment is due. */
  Duration untilKeepAlive(Duration interval) {
    Duration left = interval.minusNanos(System.nanoTime() - flushedAt);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** The client has left. */
  void gone() {
    gone = true;
  }

  boolean isGone() {
    return gone;
  }
}
