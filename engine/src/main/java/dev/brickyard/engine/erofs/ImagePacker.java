package dev.brickyard.engine.erofs;

import com.github.luben.zstd.Zstd;
import dev.brickyard.engine.image.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packs an image for the store: frames of one size, each compressed alone, so that several can be
 * unpacked at once, and any of them fetched without the others.
 */
public final class ImagePacker {
  /** Large enough for zstd to do well, small enough to be fetched when one file in it is read. */
  static final int FRAME = 1 << 20;

  private static final int LEVEL = 3;

  private ImagePacker() {}

  /** Called before each frame: the place to wait, or to give up by throwing. */
  @FunctionalInterface
  public interface Pace {
    void beforeFrame() throws IOException;
  }

  /**
   * Packs.
   *
   * @param diffId of the layer that the image is of
   * @param packed made new
   */
  public static void pack(Path image, Digest diffId, Path packed, Pace pace) throws IOException {
    try (FileChannel in = FileChannel.open(image);
        FileChannel out =
            FileChannel.open(packed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long size = in.size();
      int count = Math.toIntExact((size + FRAME - 1) / FRAME);
      List<PackedHeader.Frame> frames = new ArrayList<>(count);
      byte[] room = new byte[(int) Zstd.compressBound(FRAME)];
      long offset = PackedHeader.size(count);
      for (int i = 0; i < count; i++) {
        pace.beforeFrame();
        byte[] plain = read(in, (long) i * FRAME, (int) Math.min(FRAME, size - (long) i * FRAME));
        int length = (int) Zstd.compress(room, plain, LEVEL);
        byte[] frame = Arrays.copyOf(room, length);
        write(out, frame, offset);
        frames.add(new PackedHeader.Frame(offset, length, Digest.of(frame).hex()));
        offset += length;
      }
      write(out, new PackedHeader(diffId, size, FRAME, frames).encode(), 0);
    }
  }

  private static byte[] read(FileChannel in, long offset, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (in.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException("the image became shorter while it was packed");
      }
    }
    return bytes.array();
  }

  static void write(FileChannel out, byte[] bytes, long offset) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      out.write(buffer, offset + buffer.position());
    }
  }
}
