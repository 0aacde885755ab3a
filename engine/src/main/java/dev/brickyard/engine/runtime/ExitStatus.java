package dev.brickyard.engine.runtime;

import java.util.OptionalInt;

/**
 * How a container's process ended.
 *
 * @param code as a shell shows it: 0–255, 128 + the signal's number when a signal ended it
 * @param signal the signal that ended it
 * @param oomKilled true when the kernel killed a process of the container for want of memory
 */
public record ExitStatus(int code, OptionalInt signal, boolean oomKilled) {
  public boolean success() {
    return code == 0;
  }
}
