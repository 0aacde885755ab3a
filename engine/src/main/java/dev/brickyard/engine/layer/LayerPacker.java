package dev.brickyard.engine.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Packs layers that were made in a hurry. The bytes are those of a layer packed at once. */
public final class LayerPacker {
  private static final int CHUNK = 1 << 17;

  private final Path directory;
  private final Compression compression;

  /**
   * @param directory where the packed blobs' files are made
   */
  public LayerPacker(Path directory, Compression compression) {
    this.directory = directory;
    this.compression = compression;
  }

  /** True when the layer's blob is a plain tar that should travel packed. */
  public boolean isDue(NewLayer layer) {
    return compression != Compression.NONE
        && layer.layer().blob().mediaType().equals(Compression.NONE.mediaType());
  }

  /**
   * Packs a plain layer into a file of its own; the plain one stays.
   *
   * @param also gets the packed bytes as they come, and stays open
   * @throws InterruptedException when the thread was interrupted; nothing is left behind then
   */
  public NewLayer pack(NewLayer plain, OutputStream also) throws IOException, InterruptedException {
    try (InputStream tar = Files.newInputStream(plain.blobFile());
        PackedOutput output = new PackedOutput(directory, compression, also)) {
      byte[] chunk = new byte[CHUNK];
      long size = 0;
      for (int n = tar.read(chunk); n >= 0; n = tar.read(chunk)) {
        if (Thread.interrupted()) {
          throw new InterruptedException("packing the layer was interrupted");
        }
        output.write(chunk, 0, n);
        size += n;
      }
      if (size != plain.layer().blob().size()) {
        throw new IOException(plain.blobFile() + " changed while it was packed");
      }
      LayerOutput.Blob blob = output.finish(plain.layer().diffId(), size);
      return new NewLayer(
          new Layer(plain.layer().diffId(), blob.descriptor()), plain.index(), blob.file());
    }
  }
}
