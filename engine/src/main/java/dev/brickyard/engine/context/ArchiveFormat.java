package dev.brickyard.engine.context;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Recognises by its first bytes how an archive is compressed, and takes that away. */
public final class ArchiveFormat {
  private static final int MAGIC = 6;
  private static final int BUFFER = 1 << 16;

  /** Dictionaries larger than this are refused, since the sender chooses their size. */
  private static final int XZ_MEMORY_KIB = 192 << 10;

  private ArchiveFormat() {}

  /** The uncompressed bytes. */
  public static InputStream decompress(InputStream in) throws IOException {
    PushbackInputStream peekable = new PushbackInputStream(in, MAGIC);
    byte[] magic = peekable.readNBytes(MAGIC);
    peekable.unread(magic);
    if (startsWith(magic, 0x1f, 0x8b)) {
      return GzipCompressorInputStream.builder()
          .setInputStream(new BufferedInputStream(peekable, BUFFER))
          .setDecompressConcatenated(true)
          .get();
    }
    if (startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
      return new ZstdInputStream(peekable).setContinuous(false);
    }
    if (startsWith(magic, 'B', 'Z', 'h')) {
      return new BZip2CompressorInputStream(new BufferedInputStream(peekable, BUFFER), true);
    }
    if (startsWith(magic, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return new XZInputStream(new BufferedInputStream(peekable, BUFFER), XZ_MEMORY_KIB);
    }
    return peekable;
  }

  private static boolean startsWith(byte[] bytes, int... magic) {
    if (bytes.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
