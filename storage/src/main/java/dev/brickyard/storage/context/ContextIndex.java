package dev.brickyard.storage.context;

import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerIndexCodec;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The content of a context's index object: the tar's size, then the index; with a small tar the
 * complement of its size, the length of the index, the index and the tar itself.
 *
 * @param tarSize in bytes
 * @param tar the tar, when it is in the same object; nobody changes it
 */
record ContextIndex(LayerIndex index, long tarSize, Optional<byte[]> tar) {

  static byte[] encode(byte[] index, long tarSize, Optional<byte[]> tar) {
    return tar.map(
            bytes ->
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES + index.length + bytes.length)
                    .putLong(~tarSize)
                    .putInt(index.length)
                    .put(index)
                    .put(bytes)
                    .array())
        .orElseGet(
            () ->
                ByteBuffer.allocate(Long.BYTES + index.length).putLong(tarSize).put(index).array());
  }

  /**
   * Reads it back.
   *
   * @throws IOException when it is none
   */
  static ContextIndex decode(byte[] content) throws IOException {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      long size = buffer.getLong();
      byte[] index = new byte[size < 0 ? length(buffer) : buffer.remaining()];
      buffer.get(index);
      if (size >= 0) {
        return new ContextIndex(LayerIndexCodec.decode(index), size, Optional.empty());
      }
      byte[] tar = new byte[buffer.remaining()];
      buffer.get(tar);
      if (tar.length != ~size) {
        throw new IOException("a context's tar has " + tar.length + " bytes, not " + ~size);
      }
      return new ContextIndex(LayerIndexCodec.decode(index), ~size, Optional.of(tar));
    } catch (BufferUnderflowException e) {
      throw new IOException("a context's index ends early", e);
    }
  }

  private static int length(ByteBuffer buffer) throws IOException {
    int length = buffer.getInt();
    if (length < 0 || length > buffer.remaining()) {
      throw new IOException("a context's index has an impossible length, " + length);
    }
    return length;
  }
}
