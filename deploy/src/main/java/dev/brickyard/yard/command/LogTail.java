package dev.brickyard.yard.command;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The end of a log file that grows, and starts anew when it was rotated. */
final class LogTail {
  private static final int BLOCK = 64 << 10;

  private final Path file;
  private final String prefix;
  private final Terminal terminal;
  private long position;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

  /**
   * @param prefix put before each line
   */
  LogTail(Path file, String prefix, Terminal terminal) {
    this.file = file;
    this.prefix = prefix;
    this.terminal = terminal;
  }

  /** Prints the last lines there are. */
  void printLast(int lines) throws IOException {
    position = startOfLast(lines);
    printNew();
  }

  /** Prints the lines finished since the last call. */
  void printNew() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      if (log.length() < position) {
        position = 0;
      }
      log.seek(position);
      byte[] block = new byte[BLOCK];
      for (int count = log.read(block); count > 0; count = log.read(block)) {
        position += count;
        for (int i = 0; i < count; i++) {
          if (block[i] == '\n') {
            terminal.line(prefix + unfinished.toString(StandardCharsets.UTF_8));
            unfinished.reset();
          } else {
            unfinished.write(block[i]);
          }
        }
      }
    }
  }

  private long startOfLast(int lines) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      long end = log.length();
      int newlines = 0;
      byte[] block = new byte[BLOCK];
      while (end > 0) {
        int count = (int) Math.min(BLOCK, end);
        log.seek(end - count);
        log.readFully(block, 0, count);
        for (int i = count - 1; i >= 0; i--) {
          // The newline at the very end closes the last line and begins none.
          if (block[i] == '\n' && ++newlines > lines) {
            return end - count + i + 1;
          }
        }
        end -= count;
      }
      return 0;
    }
  }
}
