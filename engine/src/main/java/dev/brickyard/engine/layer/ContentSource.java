package dev.brickyard.engine.layer;

import java.io.IOException;
import java.io.InputStream;

/** Where a file's bytes come from, opened when they are needed and not before. */
@FunctionalInterface
public interface ContentSource {
  /** Opens the content at its beginning; the caller closes it. */
  InputStream open() throws IOException;
}
