package dev.brickyard.engine.layer;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.linux.NativeText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Layer indexes as bytes. Behind the magic {@code BYLI}, a version byte and the length of what
 * follows unpacked: one zstd frame with the entries in their order, each path as what it shares
 * with the one before and the rest, numbers as variable-length integers, times and offsets as
 * differences, digests as 32 bytes; then the inlined files.
 */
public final class LayerIndexCodec {
  private static final byte[] MAGIC = {'B', 'Y', 'L', 'I', 1};
  private static final int PREFIX = MAGIC.length + 4;
  private static final int ZSTD_LEVEL = 3;

  /** Unpacked: four million short entries, far above any real layer. */
  private static final int MAX_UNPACKED = 512 << 20;

  /** The type's number is its place here, for good. */
  private static final List<EntryType> TYPES =
      List.of(
          EntryType.FILE,
          EntryType.DIRECTORY,
          EntryType.SYMLINK,
          EntryType.HARD_LINK,
          EntryType.CHARACTER_DEVICE,
          EntryType.BLOCK_DEVICE,
          EntryType.FIFO,
          EntryType.WHITEOUT,
          EntryType.OPAQUE);

  private LayerIndexCodec() {}

  /** The index as bytes: the same index always gives the same bytes. */
  public static byte[] encode(LayerIndex index) {
    Writer out = new Writer();
    out.number(index.entries().size());
    byte[] previous = new byte[0];
    long mtime = 0;
    long offset = 0;
    for (LayerEntry entry : index.entries()) {
      byte[] path = NativeText.encode(entry.path().value());
      int shared = Arrays.mismatch(previous, path);
      shared = shared < 0 ? path.length : shared;
      out.number(shared);
      out.bytes(path, shared, path.length - shared);
      previous = path;
      out.number(TYPES.indexOf(entry.type()) | (entry.xattrs().isEmpty() ? 0 : 16));
      out.number(entry.mode());
      out.number(entry.uid());
      out.number(entry.gid());
      out.signed(entry.mtime() - mtime);
      mtime = entry.mtime();
      switch (entry.type()) {
        case FILE -> {
          out.number(entry.size());
          out.raw(HexFormat.of().parseHex(entry.digest().orElseThrow().hex()));
          out.signed(entry.offset() - offset);
          offset = entry.offset();
        }
        case SYMLINK, HARD_LINK -> out.text(entry.linkTarget().orElseThrow());
        case CHARACTER_DEVICE, BLOCK_DEVICE -> out.number(entry.device());
        case DIRECTORY, FIFO, WHITEOUT, OPAQUE -> {}
      }
      if (!entry.xattrs().isEmpty()) {
        out.number(entry.xattrs().size());
        entry
            .xattrs()
            .forEach(
                (name, value) -> {
                  out.text(name);
                  byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
                  out.bytes(bytes, 0, bytes.length);
                });
      }
    }
    Map<ImagePath, byte[]> inlined = new TreeMap<>(index.inlined());
    out.number(inlined.size());
    inlined.forEach(
        (path, content) -> {
          out.text(path.value());
          out.bytes(content, 0, content.length);
        });
    return framed(out.toByteArray());
  }

  private static byte[] framed(byte[] unpacked) {
    byte[] packed = Zstd.compress(unpacked, ZSTD_LEVEL);
    byte[] all = Arrays.copyOf(MAGIC, PREFIX + packed.length);
    for (int i = 0; i < 4; i++) {
      all[MAGIC.length + i] = (byte) (unpacked.length >>> (8 * i));
    }
    System.arraycopy(packed, 0, all, PREFIX, packed.length);
    return all;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException when the bytes are anything else, an older or newer version included
   */
  public static LayerIndex decode(byte[] encoded) throws IOException {
    try {
      return read(new Reader(unframed(encoded)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ZstdException e) {
      throw new IOException("this is no layer index, or it is damaged", e);
    }
  }

  private static byte[] unframed(byte[] encoded) throws IOException {
    if (encoded.length < PREFIX
        || !Arrays.equals(encoded, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException("this is no layer index of a version this program reads");
    }
    int length = 0;
    for (int i = 0; i < 4; i++) {
      length |= (encoded[MAGIC.length + i] & 0xFF) << (8 * i);
    }
    if (length < 0 || length > MAX_UNPACKED) {
      throw new IOException("the layer index claims " + length + " bytes");
    }
    byte[] unpacked = new byte[length];
    long n =
        Zstd.decompressByteArray(unpacked, 0, length, encoded, PREFIX, encoded.length - PREFIX);
    if (n != length) {
      throw new IOException("the layer index is damaged");
    }
    return unpacked;
  }

  private static LayerIndex read(Reader in) throws IOException {
    int count = in.count(7);
    List<LayerEntry> entries = new ArrayList<>(count);
    byte[] path = new byte[64];
    int pathLength = 0;
    long mtime = 0;
    long offset = 0;
    for (int i = 0; i < count; i++) {
      int shared = in.small();
      int rest = in.small();
      if (shared > pathLength || rest > in.remaining()) {
        throw new IOException("the layer index is damaged");
      }
      pathLength = shared + rest;
      if (pathLength > path.length) {
        path = Arrays.copyOf(path, pathLength * 2);
      }
      in.copy(path, shared, rest);
      int typeAndFlag = in.small();
      EntryType type = TYPES.get(typeAndFlag & 15);
      int mode = in.small();
      long uid = in.number();
      long gid = in.number();
      mtime += in.signed();
      long size = 0;
      long device = 0;
      Optional<Digest> digest = Optional.empty();
      Optional<String> target = Optional.empty();
      switch (type) {
        case FILE -> {
          size = in.number();
          digest = Optional.of(in.digest());
          offset += in.signed();
        }
        case SYMLINK, HARD_LINK -> target = Optional.of(in.text());
        case CHARACTER_DEVICE, BLOCK_DEVICE -> device = in.number();
        case DIRECTORY, FIFO, WHITEOUT, OPAQUE -> {}
      }
      entries.add(
          new LayerEntry(
              new ImagePath(NativeText.decode(path, 0, pathLength)),
              type,
              mode,
              uid,
              gid,
              mtime,
              size,
              target,
              digest,
              (typeAndFlag & 16) == 0 ? NO_XATTRS : xattrs(in),
              device,
              type == EntryType.FILE ? offset : -1));
    }
    return new LayerIndex(entries, inlined(in));
  }

  private static final SortedMap<String, String> NO_XATTRS = java.util.Collections.emptySortedMap();

  private static SortedMap<String, String> xattrs(Reader in) throws IOException {
    SortedMap<String, String> xattrs = new TreeMap<>();
    int count = in.count(2);
    for (int i = 0; i < count; i++) {
      xattrs.put(in.text(), new String(in.bytes(), StandardCharsets.ISO_8859_1));
    }
    return xattrs;
  }

  private static Map<ImagePath, byte[]> inlined(Reader in) throws IOException {
    Map<ImagePath, byte[]> inlined = new HashMap<>();
    int count = in.count(2);
    for (int i = 0; i < count; i++) {
      inlined.put(new ImagePath(in.text()), in.bytes());
    }
    if (in.remaining() != 0) {
      throw new IOException("the layer index is damaged");
    }
    return inlined;
  }

  /** Variable-length integers (seven bits a byte, the lowest first) and what is built on them. */
  private static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);

    void number(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    void signed(long value) {
      number((value << 1) ^ (value >> 63));
    }

    void raw(byte[] bytes) {
      out.writeBytes(bytes);
    }

    void bytes(byte[] bytes, int from, int length) {
      number(length);
      out.write(bytes, from, length);
    }

    void text(String text) {
      byte[] bytes = NativeText.encode(text);
      bytes(bytes, 0, bytes.length);
    }

    byte[] toByteArray() {
      return out.toByteArray();
    }
  }

  private static final class Reader {
    private final byte[] in;
    private int at;

    Reader(byte[] in) {
      this.in = in;
    }

    int remaining() {
      return in.length - at;
    }

    long number() throws IOException {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte b = in[at++];
        value |= (b & 0x7FL) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new IOException("the layer index is damaged");
    }

    long signed() throws IOException {
      long value = number();
      return (value >>> 1) ^ -(value & 1);
    }

    int small() throws IOException {
      long value = number();
      if (value < 0 || value > Integer.MAX_VALUE) {
        throw new IOException("the layer index is damaged");
      }
      return (int) value;
    }

    /** A number of things that take so many bytes each at least, so that nobody claims billions. */
    int count(int bytesEach) throws IOException {
      int count = small();
      if (count > remaining() / bytesEach) {
        throw new IOException("the layer index is damaged");
      }
      return count;
    }

    void copy(byte[] into, int from, int length) {
      System.arraycopy(in, at, into, from, length);
      at += length;
    }

    byte[] bytes() throws IOException {
      int length = small();
      if (length > remaining()) {
        throw new IOException("the layer index is damaged");
      }
      at += length;
      return Arrays.copyOfRange(in, at - length, at);
    }

    String text() throws IOException {
      return NativeText.decode(bytes());
    }

    Digest digest() {
      at += 32;
      return new Digest(HexFormat.of().formatHex(in, at - 32, at));
    }
  }
}
