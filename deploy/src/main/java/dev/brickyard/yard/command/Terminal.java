package dev.brickyard.yard.command;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** How figures and marks look on the terminal. */
public final class Terminal {
  private final PrintStream out;
  private final boolean interactive;

  /**
   * @param interactive true when a person watches: colours, and lines that change
   */
  public Terminal(PrintStream out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Standard output as it is; {@code NO_COLOR} makes it plain. */
  public static Terminal standard() {
    boolean watched =
        Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv("TERM"));
    return new Terminal(System.out, watched);
  }

  /** True when a person watches. */
  public boolean interactive() {
    return interactive;
  }

  /** Prints a line. */
  public void line(String text) {
    out.println(text);
  }

  /** Prints text as it is, and shows it at once. */
  public void text(String text) {
    out.print(text);
    out.flush();
  }

  /** A heading of a step of a longer command. */
  public void heading(String text) {
    out.println();
    out.println(bold(text));
  }

  public String bold(String text) {
    return styled("1", text);
  }

  public String green(String text) {
    return styled("32", text);
  }

  public String red(String text) {
    return styled("31", text);
  }

  public String dim(String text) {
    return styled("2", text);
  }

  private String styled(String code, String text) {
    return interactive ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  /** {@code 0.8 s}, {@code 2 min 05 s}, {@code 3 h 12 min}, {@code 5 d 3 h}. */
  public static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
    if (seconds < 3600) {
      return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
    }
    if (seconds < 86400) {
      return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }
    return String.format(Locale.ROOT, "%d d %d h", seconds / 86400, seconds / 3600 % 24);
  }

  /** {@code 170.3 MB}, in powers of ten. */
  public static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    String unit = "B";
    for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
      if (value < 1000) {
        break;
      }
      value /= 1000;
      unit = next;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, unit);
  }
}
