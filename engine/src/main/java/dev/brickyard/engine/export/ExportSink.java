package dev.brickyard.engine.export;

import java.io.IOException;

/** Takes the file that an export becomes. */
@FunctionalInterface
public interface ExportSink {
  /**
   * Begins the file, replacing an earlier one once it is complete.
   *
   * @throws IOException when it cannot be written
   */
  ExportStream begin() throws IOException;
}
