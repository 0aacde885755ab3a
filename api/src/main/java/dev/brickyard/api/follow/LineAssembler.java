package dev.brickyard.api.follow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * Makes lines of the pieces that many steps print at once: each line of the text begins with where
 * it comes from, no line holds two steps' output, and no byte is left out. A line without an end is
 * held back until its end comes or it is very long.
 */
final class LineAssembler {
  private static final int LONGEST = 64 << 10;

  /** Where output comes from. */
  record Source(UUID job, int attempt, String step, boolean stderr) {}

  private final OutputStream out;
  private final Function<Source, String> prefix;
  private final Map<Source, ByteArrayOutputStream> open = new LinkedHashMap<>();

  /**
   * @param prefix what stands before each line of a source
   */
  LineAssembler(OutputStream out, Function<Source, String> prefix) {
    this.out = out;
    this.prefix = prefix;
  }

  /** Adds a piece of a source's output, which may end anywhere. */
  void add(Source source, byte[] bytes) throws IOException {
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        hold(source, bytes, start, i);
        end(source);
        start = i + 1;
      }
    }
    hold(source, bytes, start, bytes.length);
  }

  /** Writes what is held back. */
  void finish() throws IOException {
    for (Source source : open.keySet().toArray(Source[]::new)) {
      end(source);
    }
  }

  private void hold(Source source, byte[] bytes, int start, int end) throws IOException {
    int from = start;
    while (from < end) {
      ByteArrayOutputStream line = open.computeIfAbsent(source, s -> new ByteArrayOutputStream());
      int length = Math.min(end - from, LONGEST - line.size());
      line.write(bytes, from, length);
      from += length;
      if (line.size() >= LONGEST) {
        end(source);
      }
    }
  }

  private void end(Source source) throws IOException {
    ByteArrayOutputStream line = open.remove(source);
    out.write(prefix.apply(source).getBytes(StandardCharsets.UTF_8));
    if (line != null) {
      line.writeTo(out);
    }
    out.write('\n');
  }
}
