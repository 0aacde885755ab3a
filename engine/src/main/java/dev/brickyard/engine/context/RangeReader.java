package dev.brickyard.engine.context;

import java.io.IOException;
import java.io.InputStream;

/** Reads a part of a stored blob, such as by a ranged GET. */
@FunctionalInterface
public interface RangeReader {
  /**
   * The bytes of a range.
   *
   * @param offset in bytes from the blob's start
   * @param length in bytes, at least 1
   */
  InputStream open(long offset, long length) throws IOException;
}
