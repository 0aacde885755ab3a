package dev.brickyard.engine.snapshot;

import java.nio.file.Path;

/** A layer on this disk that is in use: until this is closed, it is not removed. */
final class LayerHold implements AutoCloseable {
  private final Path directory;
  private final Runnable release;
  private boolean closed;

  LayerHold(Path directory, Runnable release) {
    this.directory = directory;
    this.release = release;
  }

  /** Where the layer's files are. */
  Path directory() {
    return directory;
  }

  /** Harmless when repeated. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      release.run();
    }
  }
}
