package dev.brickyard.engine.layer;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.OptionalInt;

/** Packs a layer's tar anew: another blob of the same layer. */
public final class LayerRepacker {
  private static final int CHUNK = 1 << 17;

  private LayerRepacker() {}

  /**
   * A blob on local disk.
   *
   * @param file the caller's to delete
   */
  public record Repacked(Layer layer, Path file) {}

  /**
   * Packs a layer. The same layer gives the same blob on every machine.
   *
   * @param blob of the layer in whatever form; left open
   * @param directory where the file is made
   * @param level of the compression; its usual one when empty
   * @throws CorruptBlobException when the blob is of another layer
   * @throws InterruptedException when the thread was interrupted; nothing is left behind then
   */
  public static Repacked repack(
      Layer layer, InputStream blob, Path directory, Compression compression, OptionalInt level)
      throws IOException, InterruptedException {
    MessageDigest diff = Digest.newSha256();
    try (PackedOutput output = new PackedOutput(directory, compression, level)) {
      InputStream tar = LayerStreams.uncompressed(blob);
      byte[] chunk = new byte[CHUNK];
      long size = 0;
      for (int n = tar.read(chunk); n >= 0; n = tar.read(chunk)) {
        if (Thread.interrupted()) {
          throw new InterruptedException("packing the layer was interrupted");
        }
        output.write(chunk, 0, n);
        diff.update(chunk, 0, n);
        size += n;
      }
      Digest diffId = Digest.of(diff);
      if (!diffId.equals(layer.diffId())) {
        throw new CorruptBlobException(layer.blob().digest(), "a layer " + diffId);
      }
      LayerOutput.Blob packed = output.finish(diffId, size);
      return new Repacked(new Layer(diffId, packed.descriptor()), packed.file());
    }
  }
}
