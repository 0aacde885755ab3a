package dev.brickyard.engine.layer;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Opens a layer's blob whatever it is packed with. */
public final class LayerStreams {
  private static final int BUFFER = 1 << 16;

  private LayerStreams() {}

  /** The tar inside a gzip, zstd or plain blob, told apart by its first bytes. */
  public static InputStream uncompressed(InputStream blob) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(blob, BUFFER);
    buffered.mark(4);
    byte[] magic = buffered.readNBytes(4);
    buffered.reset();
    if (magic.length >= 2 && magic[0] == 0x1F && magic[1] == (byte) 0x8B) {
      // The JDK's stream takes an unhurried network for the end of a file of several members.
      return GzipCompressorInputStream.builder()
          .setInputStream(buffered)
          .setDecompressConcatenated(true)
          .get();
    }
    if (magic.length == 4
        && magic[0] == 0x28
        && magic[1] == (byte) 0xB5
        && magic[2] == 0x2F
        && magic[3] == (byte) 0xFD) {
      return new ZstdInputStream(buffered).setContinuous(false);
    }
    return buffered;
  }
}
