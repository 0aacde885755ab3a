package dev.brickyard.engine.runtime;

import java.util.Locale;

/**
 * A limit of a container's processes, as {@code setrlimit(2)} knows it.
 *
 * @param name in lower case, without {@code RLIMIT_}, such as {@code nofile}
 * @param soft in the limit's own unit; -1 for none
 * @param hard likewise
 */
public record Ulimit(String name, long soft, long hard) {
  public Ulimit {
    if (!name.matches("[a-z]+")) {
      throw new IllegalArgumentException("invalid ulimit type: " + name);
    }
  }

  /** The name as the runtime specification has it. */
  String type() {
    return "RLIMIT_" + name.toUpperCase(Locale.ROOT);
  }
}
