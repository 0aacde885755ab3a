package dev.brickyard.cli.progress;

import java.time.Duration;
import java.util.Locale;

/** Durations and sizes as people read them. */
final class Figures {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Figures() {}

  /** In seconds, {@code 83.4s}, as BuildKit writes them. */
  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1fs", duration.toMillis() / 1000.0);
  }

  /** In decimal units, as Docker writes sizes. */
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.95 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + UNITS[0] : String.format(Locale.ROOT, "%.1f%s", value, UNITS[unit]);
  }
}
