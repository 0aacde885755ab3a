package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body while it is read: remembers whether it was the client that failed, and stops at
 * a bound, whatever length was announced.
 */
final class RequestBody extends FilterInputStream {
  private final long limit;
  private long read;
  private boolean failed;

  /**
   * @param limit bytes that may be read
   */
  RequestBody(InputStream body, long limit) {
    super(body);
    this.limit = limit;
  }

  /** True when reading from the client failed, rather than what was done with it. */
  boolean hasFailed() {
    return failed;
  }

  long bytesRead() {
    return read;
  }

  /**
   * The problem of a body beyond the limit.
   *
   * @param limit in bytes
   */
  static ProblemException tooLarge(long limit) {
    return new ProblemException(
        Problem.of(
            413,
            "context-too-large",
            "The build context is too large",
            "the body is larger than the " + limit + " bytes allowed"));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n;
    try {
      n = in.read(buffer, offset, length);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
    if (n > 0) {
      read += n;
      if (read > limit) {
        throw new TooLargeException();
      }
    }
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** The body has more bytes than are allowed. */
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private TooLargeException() {
      super("the body is too large");
    }
  }
}
