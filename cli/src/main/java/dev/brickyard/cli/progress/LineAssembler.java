package dev.brickyard.cli.progress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Makes lines of chunks that may end anywhere, also within a character. */
final class LineAssembler {
  /** A line longer than this is broken: output without line ends must not fill the memory. */
  private static final int LONGEST = 64 * 1024;

  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  List<String> add(byte[] chunk) {
    List<String> lines = new ArrayList<>();
    for (byte b : chunk) {
      if (b == '\n') {
        lines.add(take());
      } else {
        line.write(b);
        if (line.size() == LONGEST) {
          lines.add(take());
        }
      }
    }
    return lines;
  }

  /** What came after the last line end, if anything. */
  List<String> rest() {
    return line.size() == 0 ? List.of() : List.of(take());
  }

  private String take() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    return TerminalText.clean(TerminalText.afterReturns(text));
  }
}
