package dev.brickyard.cli.progress;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How large the terminal is, asked of {@code stty} when it matters and at most every few seconds:
 * Java has no call for it, and a terminal library would take longer to load than the build to
 * start.
 */
public final class TerminalSize {
  private static final Duration FRESH = Duration.ofSeconds(2);
  private static final int DEFAULT_ROWS = 24;
  private static final int DEFAULT_COLUMNS = 80;

  private final boolean fixed;
  private int rows;
  private int columns;
  private long askedAt;

  private TerminalSize(boolean fixed, int rows, int columns) {
    this.fixed = fixed;
    this.rows = rows;
    this.columns = columns;
    this.askedAt = System.nanoTime() - FRESH.toNanos() - 1;
  }

  /** That of the terminal this process is connected to. */
  public static TerminalSize ofTerminal() {
    return new TerminalSize(false, DEFAULT_ROWS, DEFAULT_COLUMNS);
  }

  /** One that never changes. */
  public static TerminalSize of(int rows, int columns) {
    return new TerminalSize(true, rows, columns);
  }

  int rows() {
    refresh();
    return rows;
  }

  int columns() {
    refresh();
    return columns;
  }

  private void refresh() {
    if (fixed || System.nanoTime() - askedAt < FRESH.toNanos()) {
      return;
    }
    askedAt = System.nanoTime();
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
              .strip()
              .split(" ", -1);
      if (stty.waitFor(1, TimeUnit.SECONDS) && stty.exitValue() == 0 && size.length == 2) {
        rows = positive(Integer.parseInt(size[0]), DEFAULT_ROWS);
        columns = positive(Integer.parseInt(size[1]), DEFAULT_COLUMNS);
      }
    } catch (IOException | NumberFormatException e) {
      // Without stty the last size has to do.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int positive(int value, int otherwise) {
    return value > 0 ? value : otherwise;
  }
}
