package dev.brickyard.engine.layer;

import dev.brickyard.engine.linux.NativeText;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar as strangers write it: ustar, PAX (POSIX.1-2017, pax, "Extended Header") and GNU long
 * names and numbers. Unlike the usual libraries it keeps names and extended attributes that are not
 * UTF-8, and knows where each content starts. An {@link InputStream} over the current content.
 */
public final class TarReader extends InputStream {
  private static final int BLOCK = 512;
  private static final int MAX_EXTENSION = 1 << 20;
  private static final String XATTR = "SCHILY.xattr.";

  private final InputStream in;
  private final TarLimits limits;
  private final byte[] block = new byte[BLOCK];
  private long position;
  private long entries;
  private long remaining;
  private int padding;
  private boolean ended;

  /** Reads from an uncompressed tar, which is not closed. */
  public TarReader(InputStream in, TarLimits limits) {
    this.in = in;
    this.limits = limits;
  }

  /**
   * Goes on to the next entry, skipping what was not read of this one; null at the end.
   *
   * @throws IOException when the archive is damaged or beyond the limits
   */
  public @Nullable TarHeader next() throws IOException {
    Map<String, byte[]> pax = new TreeMap<>();
    @Nullable String longName = null;
    @Nullable String longLink = null;
    while (true) {
      skipContent();
      if (ended || !readBlock()) {
        ended = true;
        return null;
      }
      if (isZero(block)) {
        ended = true;
        return null;
      }
      verifyChecksum();
      if (++entries > limits.entries()) {
        throw new IOException("the archive has more than " + limits.entries() + " entries");
      }
      char type = (char) (block[156] & 0xFF);
      long size = number(124, 12);
      switch (type) {
        case 'x' -> pax.putAll(parsePax(extension(size)));
        case 'g' -> extension(size);
        case 'L' -> longName = gnuText(extension(size));
        case 'K' -> longLink = gnuText(extension(size));
        case 'S' -> throw new IOException("sparse entries are not supported in archives");
        default -> {
          return header(type, size, pax, longName, longLink);
        }
      }
    }
  }

  private TarHeader header(
      char type,
      long rawSize,
      Map<String, byte[]> pax,
      @Nullable String longName,
      @Nullable String longLink)
      throws IOException {
    if (pax.keySet().stream().anyMatch(k -> k.startsWith("GNU.sparse."))) {
      throw new IOException("sparse entries are not supported in archives");
    }
    String name = pick(pax.get("path"), longName, ustarName());
    String link = pick(pax.get("linkpath"), longLink, text(157, 100));
    boolean directory = type == TarHeader.DIRECTORY || (isFile(type) && name.endsWith("/"));
    char kind = directory ? TarHeader.DIRECTORY : isFile(type) ? TarHeader.FILE : type;
    long size = paxNumber(pax, "size", rawSize);
    if (size < 0 || size > limits.bytes()) {
      throw new IOException("entry " + name + " claims a size of " + size + " bytes");
    }
    // Links and directories have no content, whatever the size says (POSIX, ustar "size").
    long content = kind == TarHeader.FILE || kind > TarHeader.FIFO ? size : 0;
    remaining = content;
    padding = padding(content);
    return new TarHeader(
        name,
        kind,
        (int) number(100, 8) & 07777,
        paxNumber(pax, "uid", number(108, 8)),
        paxNumber(pax, "gid", number(116, 8)),
        paxNumber(pax, "mtime", number(136, 12)),
        content,
        link,
        xattrs(pax),
        deviceNumber(kind),
        position);
  }

  private long deviceNumber(char kind) throws IOException {
    return kind == TarHeader.CHARACTER_DEVICE || kind == TarHeader.BLOCK_DEVICE
        ? number(329, 8) << 32 | (number(337, 8) & 0xFFFFFFFFL)
        : 0;
  }

  private static boolean isFile(char type) {
    return type == TarHeader.FILE || type == 0 || type == '7';
  }

  private static SortedMap<String, String> xattrs(Map<String, byte[]> pax) {
    SortedMap<String, String> xattrs = new TreeMap<>();
    pax.forEach(
        (key, value) -> {
          if (key.startsWith(XATTR)) {
            xattrs.put(
                key.substring(XATTR.length()), new String(value, StandardCharsets.ISO_8859_1));
          }
        });
    return xattrs;
  }

  private static String pick(byte @Nullable [] pax, @Nullable String gnu, String plain) {
    return pax != null ? NativeText.decode(pax) : gnu != null ? gnu : plain;
  }

  private String ustarName() {
    String name = text(0, 100);
    boolean posix = block[257] == 'u' && block[258] == 's' && block[259] == 't' && block[262] == 0;
    String prefix = posix ? text(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  private byte[] extension(long size) throws IOException {
    if (size < 0 || size > MAX_EXTENSION) {
      throw new IOException("the archive has an extended header of " + size + " bytes");
    }
    byte[] content = new byte[(int) size];
    readFully(content, content.length);
    remaining = 0;
    padding = padding(size);
    return content;
  }

  private static String gnuText(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    return NativeText.decode(content, 0, end);
  }

  /** Records of the form {@code "<length> <key>=<value>\n"}, the length counting itself. */
  private static Map<String, byte[]> parsePax(byte[] content) throws IOException {
    Map<String, byte[]> records = new TreeMap<>();
    int at = 0;
    while (at < content.length && content[at] != 0) {
      int length = 0;
      int i = at;
      while (i < content.length && content[i] >= '0' && content[i] <= '9' && i - at < 8) {
        length = length * 10 + content[i++] - '0';
      }
      int end = at + length;
      if (i == at || i >= content.length || content[i] != ' ' || end > content.length || end <= i) {
        throw new IOException("the archive has a damaged extended header");
      }
      int equals = i + 1;
      while (equals < end && content[equals] != '=') {
        equals++;
      }
      if (equals >= end || content[end - 1] != '\n') {
        throw new IOException("the archive has a damaged extended header");
      }
      String key = NativeText.decode(content, i + 1, equals - i - 1);
      records.put(key, Arrays.copyOfRange(content, equals + 1, end - 1));
      at = end;
    }
    return records;
  }

  private static long paxNumber(Map<String, byte[]> pax, String key, long otherwise)
      throws IOException {
    byte @Nullable [] value = pax.get(key);
    if (value == null || value.length == 0) {
      return otherwise;
    }
    String text = new String(value, StandardCharsets.ISO_8859_1);
    int dot = text.indexOf('.');
    try {
      long whole = Long.parseLong(dot < 0 ? text : text.substring(0, dot));
      boolean belowZero = text.startsWith("-") && dot >= 0 && !text.matches("-\\d+\\.0*");
      return belowZero ? whole - 1 : whole;
    } catch (NumberFormatException e) {
      throw new IOException("the archive has " + key + " \"" + text + "\"", e);
    }
  }

  private String text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return NativeText.decode(block, offset, end - offset);
  }

  /** Octal text, or GNU's big-endian binary when the first bit is set. */
  private long number(int offset, int length) throws IOException {
    if ((block[offset] & 0x80) != 0) {
      return binary(offset, length);
    }
    long value = 0;
    int i = offset;
    int end = offset + length;
    while (i < end && (block[i] == ' ' || block[i] == 0)) {
      i++;
    }
    for (; i < end && block[i] != ' ' && block[i] != 0; i++) {
      if (block[i] < '0' || block[i] > '7') {
        throw new IOException("the archive has a damaged header");
      }
      value = value << 3 | (block[i] - '0');
    }
    return value;
  }

  private long binary(int offset, int length) throws IOException {
    boolean negative = (block[offset] & 0x40) != 0;
    long value = negative ? -1 : 0;
    for (int i = offset; i < offset + length; i++) {
      int b = i == offset ? (negative ? block[i] | 0x80 : block[i] & 0x7F) : block[i];
      if (i < offset + length - 8 && (b & 0xFF) != (negative ? 0xFF : 0)) {
        throw new IOException("the archive has a number beyond 64 bits");
      }
      value = value << 8 | (b & 0xFF);
    }
    return value;
  }

  private void verifyChecksum() throws IOException {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
      unsigned += b & 0xFF;
      signed += b;
    }
    long stored;
    try {
      stored = number(148, 8);
    } catch (IOException e) {
      stored = -1;
    }
    if (stored != unsigned && stored != signed) {
      throw new IOException("this is no tar archive, or it is damaged");
    }
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private void skipContent() throws IOException {
    byte[] scratch = remaining > 0 ? new byte[1 << 14] : block;
    while (remaining > 0) {
      if (read(scratch, 0, scratch.length) < 0) {
        throw new EOFException("the archive ends in the middle of a file");
      }
    }
    if (padding > 0) {
      readFully(block, padding);
      padding = 0;
    }
  }

  /** False at a clean end of the stream. */
  private boolean readBlock() throws IOException {
    int n = in.readNBytes(block, 0, BLOCK);
    count(n);
    if (n == 0) {
      return false;
    }
    if (n < BLOCK) {
      throw new EOFException("the archive ends in the middle of a header");
    }
    return true;
  }

  private void readFully(byte[] into, int length) throws IOException {
    int n = in.readNBytes(into, 0, length);
    count(n);
    if (n < length) {
      throw new EOFException("the archive ends too early");
    }
  }

  private void count(int n) throws IOException {
    position += n;
    if (position > limits.bytes()) {
      throw new IOException("the archive is larger than " + limits.bytes() + " bytes");
    }
  }

  /** Reads the current entry's content; -1 at its end. */
  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (remaining == 0) {
      return -1;
    }
    int n = in.read(bytes, offset, (int) Math.min(length, remaining));
    if (n < 0) {
      throw new EOFException("the archive ends in the middle of a file");
    }
    remaining -= n;
    count(n);
    return n;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  /** Reads on to the end of the stream behind the archive, which digests cover too. */
  public void drain() throws IOException {
    byte[] scratch = new byte[1 << 14];
    for (int n = in.read(scratch); n >= 0; n = in.read(scratch)) {
      count(n);
    }
  }
}
