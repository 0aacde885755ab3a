package dev.brickyard.engine.graph;

import java.util.Locale;
import java.util.Set;

/** The signals STOPSIGNAL knows: those of Linux, by name with or without SIG, or by number. */
final class Signals {
  private static final Set<String> NAMES =
      Set.of(
          "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT",
          "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
          "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
          "RTMIN", "RTMAX");
  private static final int REAL_TIME_STEPS = 15;

  private Signals() {}

  static boolean isSignal(String text) {
    if (text.matches("[-+]?[0-9]{1,18}")) {
      // Any number but zero, as in BuildKit, which leaves the rest to who starts the container.
      return Long.parseLong(text) != 0;
    }
    String upper = text.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("SIG") ? upper.substring(3) : upper;
    return NAMES.contains(name) || isRealTime(name);
  }

  private static boolean isRealTime(String name) {
    for (int i = 1; i <= REAL_TIME_STEPS; i++) {
      if (name.equals("RTMIN+" + i) || (i < REAL_TIME_STEPS && name.equals("RTMAX-" + i))) {
        return true;
      }
    }
    return false;
  }
}
