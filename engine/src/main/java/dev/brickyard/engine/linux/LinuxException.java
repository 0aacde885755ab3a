package dev.brickyard.engine.linux;

import java.io.IOException;

/** A system call that failed. */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;
  private final int errno;
  private final String call;

  LinuxException(String call, String subject, int errno) {
    super(call + "(" + subject + "): " + Errno.describe(errno));
    this.call = call;
    this.errno = errno;
  }

  /** The kernel's number. */
  public int errno() {
    return errno;
  }

  /** Its name, such as {@code ENOENT}. */
  public String errnoName() {
    return Errno.name(errno);
  }

  /** The system call, such as {@code mount}. */
  public String call() {
    return call;
  }
}
