package dev.brickyard.engine.snapshot;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How full is full: bytes that layers take, or a share of the file system, whoever fills it. */
public sealed interface DiskMark {
  /**
   * The layers on this worker's disk.
   *
   * @param bytes at least 0
   */
  record OfLayers(long bytes) implements DiskMark {
    public OfLayers {
      if (bytes < 0) {
        throw new IllegalArgumentException("a disk mark must not be negative");
      }
    }

    @Override
    public long excess(long layers, long total, long usable) {
      return layers - bytes;
    }
  }

  /**
   * The file system the layers are on.
   *
   * @param percent 1 to 100
   */
  record OfFileSystem(int percent) implements DiskMark {
    public OfFileSystem {
      if (percent < 1 || percent > 100) {
        throw new IllegalArgumentException(percent + "% is no share of a disk");
      }
    }

    @Override
    public long excess(long layers, long total, long usable) {
      return total - usable - total / 100 * percent;
    }
  }

  /**
   * Bytes beyond the mark; negative when there is room.
   *
   * @param layers bytes that layers take
   * @param total size of the file system
   * @param usable what is free of it
   */
  long excess(long layers, long total, long usable);

  /**
   * Reads {@code 85%}, or bytes such as {@code 50G}, {@code 512M} (powers of 1024).
   *
   * @throws IllegalArgumentException with a sentence for people
   */
  static DiskMark parse(String text) {
    Matcher percent = Pattern.compile("(\\d{1,3})\\s*%").matcher(text.strip());
    if (percent.matches()) {
      return new OfFileSystem(Integer.parseInt(percent.group(1)));
    }
    return new OfLayers(bytes(text));
  }

  /** Reads bytes such as {@code 50G}. */
  private static long bytes(String text) {
    Matcher size =
        Pattern.compile("(\\d{1,12})\\s*([KMGT]?)(I?B)?")
            .matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no size of a disk: say a share such as 85% or bytes such as 50G");
    }
    long unit = 1L << (10 * " KMGT".indexOf(size.group(2).isEmpty() ? " " : size.group(2)));
    return Math.multiplyExact(Long.parseLong(size.group(1)), unit);
  }
}
