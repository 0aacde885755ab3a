package dev.brickyard.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether an output is a terminal. */
final class Terminals {
  static final int STANDARD_ERROR = 2;

  private Terminals() {}

  /** Whether the descriptor is one; where Linux's /proc is missing, whether there is a console. */
  static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      String target = Files.readSymbolicLink(link).toString();
      return (target.startsWith("/dev/pts/")
              || target.startsWith("/dev/tty")
              || target.equals("/dev/console"))
          && !"dumb".equals(System.getenv("TERM"));
    } catch (IOException | UnsupportedOperationException e) {
      return false; // Without /proc nothing tells one stream from another: plain lines are safe.
    }
  }
}
