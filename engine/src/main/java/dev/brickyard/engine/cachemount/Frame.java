package dev.brickyard.engine.cachemount;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packed data behind a magic, a version and its plain length. */
final class Frame {
  /** Room for two million entries, far above any real mount. */
  private static final int MAX_PLAIN = 512 << 20;

  private static final int LEVEL = 3;

  private Frame() {}

  /** Writes the plain data. */
  interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads the plain data. */
  interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  static byte[] encode(byte[] magic, Writer writer) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(plain)) {
      writer.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] bytes = plain.toByteArray();
    byte[] packed = Zstd.compress(bytes, LEVEL);
    return ByteBuffer.allocate(magic.length + Integer.BYTES + packed.length)
        .put(magic)
        .putInt(bytes.length)
        .put(packed)
        .array();
  }

  /**
   * @throws IOException when the bytes are anything but what {@link #encode} made
   */
  static <T> T decode(byte[] magic, byte[] encoded, Reader<T> reader) throws IOException {
    int header = magic.length + Integer.BYTES;
    if (encoded.length <= header
        || !Arrays.equals(encoded, 0, magic.length, magic, 0, magic.length)) {
      throw new IOException("these bytes have another format or version");
    }
    int length = ByteBuffer.wrap(encoded).getInt(magic.length);
    // What the zstd frame itself says is asked too, before so much memory is taken.
    if (length < 0
        || length > MAX_PLAIN
        || Zstd.getFrameContentSize(encoded, header, encoded.length - header) != length) {
      throw new IOException("these bytes claim to unpack to " + length);
    }
    try {
      byte[] plain = new byte[length];
      long n = Zstd.decompressByteArray(plain, 0, length, encoded, header, encoded.length - header);
      if (n != length) {
        throw new IOException("these bytes are damaged");
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(plain));
      T value = reader.read(in);
      if (in.available() > 0) {
        throw new IOException("these bytes are followed by others");
      }
      return value;
    } catch (IllegalArgumentException | ZstdException e) {
      throw new IOException("these bytes are damaged", e);
    }
  }
}
