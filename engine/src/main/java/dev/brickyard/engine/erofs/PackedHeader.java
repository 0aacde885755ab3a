package dev.brickyard.engine.erofs;

import dev.brickyard.engine.image.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The beginning of a packed image: what layer it is of, and for each frame how long it is packed
 * and the digest of those bytes, so that every frame can be fetched and verified alone. Sealed with
 * a digest of its own.
 *
 * @param diffId the layer
 * @param imageBytes size of the unpacked image
 * @param frameBytes size of each unpacked frame but the last
 */
record PackedHeader(Digest diffId, long imageBytes, int frameBytes, List<Frame> frames) {
  /**
   * @param offset of the packed bytes in the whole object
   * @param sha256 of the packed bytes, in hex
   */
  record Frame(long offset, int length, String sha256) {}

  private static final byte[] MAGIC = {'B', 'Y', 'I', 'M', 'G', 0, 0, 1};
  private static final int SHA = 32;
  private static final int FIXED = 8 + SHA + 8 + 4 + 4;
  private static final int PER_FRAME = 4 + SHA;
  private static final int MAX_FRAME = 1 << 24;
  private static final int MAX_FRAMES = 1 << 20;
  private static final HexFormat HEX = HexFormat.of();

  PackedHeader {
    frames = List.copyOf(frames);
  }

  /** Bytes a header takes. */
  static int size(int frames) {
    return FIXED + frames * PER_FRAME + SHA;
  }

  /** Size of one unpacked frame. */
  int unpackedSize(int frame) {
    return (int) Math.min(frameBytes, imageBytes - (long) frame * frameBytes);
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(size(frames.size()));
    out.put(MAGIC).put(HEX.parseHex(diffId.hex()));
    out.putLong(imageBytes).putInt(frameBytes).putInt(frames.size());
    for (Frame frame : frames) {
      out.putInt(frame.length()).put(HEX.parseHex(frame.sha256()));
    }
    MessageDigest seal = Digest.newSha256();
    seal.update(out.array(), 0, out.position());
    return out.put(seal.digest()).array();
  }

  /**
   * Reads a header from the beginning of an object; the stream then stands at the first frame.
   *
   * @throws IOException when it is damaged, or of another layer
   */
  static PackedHeader read(InputStream in, Digest diffId) throws IOException {
    byte[] fixed = exactly(in, FIXED);
    ByteBuffer head = ByteBuffer.wrap(fixed);
    byte[] magic = new byte[MAGIC.length];
    byte[] layer = new byte[SHA];
    head.get(magic).get(layer);
    long imageBytes = head.getLong();
    int frameBytes = head.getInt();
    int count = head.getInt();
    boolean possible =
        Arrays.equals(magic, MAGIC)
            && frameBytes > 0
            && frameBytes <= MAX_FRAME
            && imageBytes > 0
            && count == (imageBytes + frameBytes - 1) / frameBytes
            && count <= MAX_FRAMES;
    if (!possible) {
      throw new IOException("is no layer image");
    }
    byte[] table = exactly(in, count * PER_FRAME);
    MessageDigest seal = Digest.newSha256();
    seal.update(fixed);
    seal.update(table);
    if (!MessageDigest.isEqual(seal.digest(), exactly(in, SHA))) {
      throw new IOException("has a damaged header");
    }
    if (!HEX.formatHex(layer).equals(diffId.hex())) {
      throw new IOException("is an image of another layer");
    }
    ByteBuffer rows = ByteBuffer.wrap(table);
    List<Frame> frames = new ArrayList<>(count);
    long offset = size(count);
    for (int i = 0; i < count; i++) {
      int length = rows.getInt();
      if (length <= 0 || length > 2 * MAX_FRAME) {
        throw new IOException("has an impossible frame");
      }
      byte[] sha = new byte[SHA];
      rows.get(sha);
      frames.add(new Frame(offset, length, HEX.formatHex(sha)));
      offset += length;
    }
    return new PackedHeader(diffId, imageBytes, frameBytes, frames);
  }

  static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("is truncated");
    }
    return bytes;
  }
}
