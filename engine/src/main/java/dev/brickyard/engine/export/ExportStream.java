package dev.brickyard.engine.export;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file on its way to whoever asked for it. Nobody sees any of it before it is complete; closed
 * before, or killed, it never comes to be. For one thread.
 */
public abstract class ExportStream extends OutputStream {
  /** Makes a file of all that was written. Returns once it is durable. */
  public abstract void complete() throws IOException;

  /** Gives the file up when it was not completed. */
  @Override
  public abstract void close() throws IOException;
}
