package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a small tar in memory and packs it when it is whole, which is quicker than having somebody
 * else do it; a larger one goes to a file as it is.
 */
final class SpooledOutput implements LayerOutput {
  /** Up to here packing takes less than the handing over, some milliseconds at most. */
  static final int SMALL = 256 << 10;

  private final Path directory;
  private final Compression compression;
  private byte[] small = new byte[1 << 14];
  private int filled;
  private @Nullable Path file;
  private @Nullable OutputStream large;
  private boolean finished;

  SpooledOutput(Path directory, Compression compression) {
    this.directory = directory;
    this.compression = compression;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (large == null && filled + count <= SMALL) {
      if (filled + count > small.length) {
        small = Arrays.copyOf(small, Math.min(SMALL, Math.max(filled + count, 4 * small.length)));
      }
      System.arraycopy(bytes, offset, small, filled, count);
      filled += count;
      return;
    }
    if (large == null) {
      large = begin();
      large.write(small, 0, filled);
      small = new byte[1 << 17];
      filled = 0;
    }
    if (filled + count > small.length) {
      large.write(small, 0, filled);
      filled = 0;
    }
    if (count > small.length) {
      large.write(bytes, offset, count);
    } else {
      System.arraycopy(bytes, offset, small, filled, count);
      filled += count;
    }
  }

  private OutputStream begin() throws IOException {
    file = Files.createTempFile(directory, "layer-", ".tar");
    return Files.newOutputStream(file);
  }

  @Override
  public Blob finish(Digest diffId, long size) throws IOException {
    if (large != null && file != null) {
      large.write(small, 0, filled);
      large.close();
      finished = true;
      return new Blob(Descriptor.of(Compression.NONE.mediaType(), diffId, size), file);
    }
    try (PackedOutput packed = PackedOutput.onThisThread(directory, compression)) {
      packed.write(small, 0, filled);
      return packed.finish(diffId, size);
    }
  }

  @Override
  public void close() throws IOException {
    small = new byte[0];
    if (!finished && large != null && file != null) {
      finished = true;
      try {
        large.close();
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }
}
