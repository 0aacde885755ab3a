package dev.brickyard.engine.cachemount;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.security.MessageDigest;
import java.util.Arrays;

/** Chunks as they are stored: one zstd frame each. */
public final class ChunkCodec {
  // Caches are mostly archives already: more effort finds nothing more in them.
  private static final int LEVEL = 1;

  /** The longest a stored chunk can be. */
  public static final int MAXIMUM_PACKED = (int) Zstd.compressBound(Chunk.MAXIMUM);

  private ChunkCodec() {}

  /** Packs the first {@code size} bytes. */
  public static byte[] pack(byte[] plain, int size) {
    byte[] packed = new byte[(int) Zstd.compressBound(size)];
    long n = Zstd.compressByteArray(packed, 0, packed.length, plain, 0, size, LEVEL);
    if (Zstd.isError(n)) {
      throw new IllegalStateException("zstd: " + Zstd.getErrorName(n));
    }
    return Arrays.copyOf(packed, (int) n);
  }

  /**
   * The plain bytes.
   *
   * @throws CorruptBlobException when they are not the chunk's
   */
  public static byte[] unpack(Chunk chunk, byte[] packed) throws CorruptBlobException {
    byte[] plain = new byte[chunk.size()];
    long n;
    try {
      n = Zstd.decompressByteArray(plain, 0, plain.length, packed, 0, packed.length);
    } catch (ZstdException e) {
      throw corrupt(chunk, "unreadable: " + e.getMessage());
    }
    if (n != plain.length) {
      throw corrupt(chunk, "of " + n + " bytes");
    }
    MessageDigest sha256 = Digest.newSha256();
    sha256.update(plain);
    Digest actual = Digest.of(sha256);
    if (!actual.equals(chunk.digest())) {
      throw corrupt(chunk, actual.toString());
    }
    return plain;
  }

  private static CorruptBlobException corrupt(Chunk chunk, String actual) {
    return new CorruptBlobException(chunk.digest(), actual);
  }
}
