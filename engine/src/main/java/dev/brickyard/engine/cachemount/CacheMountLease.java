package dev.brickyard.engine.cachemount;

import java.nio.file.Path;

/** A cache mount's directory, for one process until it is closed. For one thread. */
public final class CacheMountLease implements AutoCloseable {
  private final MountDirectory directory;
  private final MountDirectory.Use use;
  private boolean worthSaving;
  private boolean closed;

  CacheMountLease(MountDirectory directory, MountDirectory.Use use) {
    this.directory = directory;
    this.use = use;
  }

  /** Where it is. */
  public Path directory() {
    return directory.content();
  }

  /**
   * The process came to an end of its own, so what it left may travel to other workers. What a
   * killed one left stays on this worker until the next good end.
   */
  public void worthSaving() {
    worthSaving = true;
  }

  /** Gives it back; returns at once. Harmless when repeated. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      directory.leave(use, worthSaving);
    }
  }
}
