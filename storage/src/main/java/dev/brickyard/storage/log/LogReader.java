package dev.brickyard.storage.log;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads a stored log entry by entry, holding one in memory. Not for use by several threads. */
public final class LogReader implements AutoCloseable {
  private final BufferedReader lines;

  LogReader(InputStream stored) throws IOException {
    this.lines =
        new BufferedReader(
            new InputStreamReader(new ZstdInputStream(stored), StandardCharsets.UTF_8));
  }

  /**
   * The next entry; empty at the end.
   *
   * @throws IOException when the store is away or the log is damaged
   */
  public Optional<LogEntry> next() throws IOException {
    String line = lines.readLine();
    return line == null ? Optional.empty() : Optional.of(LogFormat.read(line));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
