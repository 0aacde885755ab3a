package dev.brickyard.storage.log;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Collects an attempt's log in a local file until the attempt ends, when {@link LogStore#store}
 * sends it. Safe for use by many threads. Closing removes the file.
 */
public final class LogSpool implements AutoCloseable {
  private final Path file;
  private final OutputStream out;
  private boolean empty = true;
  private boolean finished;

  /** Begins an empty log in a new file of the directory. */
  public LogSpool(Path directory) throws IOException {
    this.file = Files.createTempFile(directory, "log-", ".zst");
    this.out =
        new BufferedOutputStream(new ZstdOutputStream(Files.newOutputStream(file)), 64 << 10);
  }

  /** Appends; entries of a finished log are dropped. */
  public synchronized void add(LogEntry entry) throws IOException {
    if (!finished) {
      out.write(LogFormat.write(entry));
      empty = false;
    }
  }

  /** Whether nothing was added. */
  public synchronized boolean isEmpty() {
    return empty;
  }

  /** Ends the log and returns its file, which lives until {@link #close}. */
  synchronized Path finish() throws IOException {
    if (!finished) {
      finished = true;
      out.close();
    }
    return file;
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      finish();
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
