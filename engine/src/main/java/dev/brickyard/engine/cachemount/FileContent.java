package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import java.util.List;

/**
 * What is in a file, and where its bytes are in the store.
 *
 * @param used seconds since the epoch when it was last used, for the size cap; no part of what the
 *     file is
 * @param slices in order; together they have {@code size} bytes. None when the bytes are not in the
 *     store yet
 */
public record FileContent(Digest digest, long size, long used, List<Slice> slices) {
  public FileContent {
    slices = List.copyOf(slices);
    if (!slices.isEmpty() && slices.stream().mapToLong(Slice::length).sum() != size) {
      throw new IllegalArgumentException("the slices do not make up the file");
    }
  }

  /** True when every byte is in the store. */
  boolean stored() {
    return size == 0 || !slices.isEmpty();
  }

  FileContent with(List<Slice> others) {
    return new FileContent(digest, size, used, others);
  }
}
