package dev.brickyard.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Content to push, that can be opened again when an upload has to start over. */
@FunctionalInterface
public interface BlobSource {
  /** Opens the content at its start; the caller closes it. */
  InputStream open() throws IOException;

  /** The content of a file. */
  static BlobSource of(Path file) {
    return () -> Files.newInputStream(file);
  }
}
