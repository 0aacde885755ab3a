package dev.brickyard.engine.context;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar (POSIX ustar and pax, GNU, v7) from someone not to be trusted: names are handed out
 * as they stand, and nothing but {@link #MAX_HEADER} bytes is ever held. A library's reader would
 * hold a long name or pax header of any length, and would clean names silently that have to be
 * reported.
 */
final class TarReader {
  /** For a long name or the pax header of one entry. */
  static final int MAX_HEADER = 1 << 20;

  private static final int BLOCK = 512;

  private final InputStream in;
  private final byte[] block = new byte[BLOCK];
  private long contentLeft;
  private long padding;
  private boolean first = true;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * A header.
   *
   * @param type the type flag; {@code 0} for a file
   * @param name as it stands in the archive
   * @param size of the content; 0 for types that have none
   */
  record Header(
      char type,
      String name,
      String linkName,
      int mode,
      long uid,
      long gid,
      long mtime,
      long size,
      Map<String, String> xattrs) {}

  /** A header that makes no sense. */
  static final class Malformed extends IOException {
    private static final long serialVersionUID = 1L;
    private final String code;

    Malformed(String code, String sentence) {
      super(sentence);
      this.code = code;
    }

    ContextException asContextException() {
      return new ContextException(code, String.valueOf(getMessage()));
    }
  }

  /** The next entry, or empty at the archive's end. Skips what is left of the one before. */
  Optional<Header> next() throws IOException {
    skipContent();
    @Nullable String longName = null;
    @Nullable String longLink = null;
    Map<String, byte[]> pax = new HashMap<>();
    while (readBlock()) {
      char type = (char) (block[156] & 0xff);
      long size = number(124, 12, "size");
      if (size < 0) {
        throw new Malformed("context-corrupt", "an entry of the archive has a negative size");
      }
      switch (type) {
        case 'L' -> longName = text(metadata(size));
        case 'K' -> longLink = text(metadata(size));
        case 'x' -> pax.putAll(paxRecords(metadata(size)));
        case 'g', 'V' -> metadata(size);
        default -> {
          return Optional.of(header(type, size, longName, longLink, pax));
        }
      }
    }
    return Optional.empty();
  }

  /** Reads content of the current entry; -1 at its end. */
  int read(byte[] buffer) throws IOException {
    if (contentLeft == 0) {
      return -1;
    }
    int n = in.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
    if (n < 0) {
      throw truncated();
    }
    contentLeft -= n;
    return n;
  }

  private Header header(
      char rawType,
      long rawSize,
      @Nullable String longName,
      @Nullable String longLink,
      Map<String, byte[]> pax)
      throws IOException {
    String name = longName != null ? longName : ustarName();
    name = paxText(pax, "path", name);
    String link = longLink != null ? longLink : field(157, 100);
    link = paxText(pax, "linkpath", link);
    for (String key : pax.keySet()) {
      if (key.startsWith("GNU.sparse.")) {
        throw new Malformed(
            "context-sparse-file",
            "entry " + ContextException.show(name) + " is a sparse file, which is not supported");
      }
    }
    char type = rawType == 0 || rawType == '7' ? '0' : rawType;
    if (type == '0' && name.endsWith("/")) {
      type = '5';
    }
    long size = pax.containsKey("size") ? paxNumber(pax, "size", name) : rawSize;
    if (size < 0) {
      throw new Malformed(
          "context-corrupt", "entry " + ContextException.show(name) + " has a negative size");
    }
    // Types without content say a size now and then, and mean nothing by it.
    contentLeft = type == '0' || type > '6' ? size : 0;
    padding = padding(contentLeft);
    Map<String, String> xattrs = new TreeMap<>();
    pax.forEach(
        (key, value) -> {
          if (key.startsWith("SCHILY.xattr.")) {
            xattrs.put(
                key.substring("SCHILY.xattr.".length()),
                new String(value, StandardCharsets.ISO_8859_1));
          }
        });
    return new Header(
        type,
        name,
        link,
        (int) number(100, 8, "mode") & 07777,
        pax.containsKey("uid") ? paxNumber(pax, "uid", name) : number(108, 8, "uid"),
        pax.containsKey("gid") ? paxNumber(pax, "gid", name) : number(116, 8, "gid"),
        pax.containsKey("mtime") ? paxNumber(pax, "mtime", name) : number(136, 12, "mtime"),
        contentLeft,
        xattrs);
  }

  private String ustarName() {
    String name = field(0, 100);
    boolean posix = field(257, 6).equals("ustar") && block[262] == 0;
    String prefix = posix ? field(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** Reads a header block; false at the end mark. */
  private boolean readBlock() throws IOException {
    int n = in.readNBytes(block, 0, BLOCK);
    if (n == 0 && first) {
      throw new Malformed("context-not-an-archive", "the context is empty: no archive was sent");
    }
    if (n < BLOCK) {
      throw first ? notAnArchive() : truncated();
    }
    boolean zero = true;
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
      zero &= block[i] == 0;
      unsigned += b & 0xff;
      signed += b;
    }
    if (zero) {
      return false;
    }
    long wanted;
    try {
      wanted = number(148, 8, "checksum");
    } catch (Malformed e) {
      wanted = -1;
    }
    if (wanted != unsigned && wanted != signed) {
      throw first
          ? notAnArchive()
          : new Malformed(
              "context-corrupt", "the archive is damaged: a header has a wrong checksum");
    }
    first = false;
    return true;
  }

  private byte[] metadata(long size) throws IOException {
    if (size > MAX_HEADER) {
      throw new Malformed(
          "context-limit-path", "the archive has a header of more than " + MAX_HEADER + " bytes");
    }
    byte[] data = in.readNBytes((int) size);
    if (data.length < size) {
      throw truncated();
    }
    padding = padding(size);
    skipContent();
    return data;
  }

  private void skipContent() throws IOException {
    try {
      in.skipNBytes(contentLeft + padding);
    } catch (EOFException e) {
      throw truncated();
    }
    contentLeft = 0;
    padding = 0;
  }

  private static long padding(long size) {
    return (BLOCK - size % BLOCK) % BLOCK;
  }

  private String field(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return new String(block, offset, end - offset, StandardCharsets.UTF_8);
  }

  /** GNU's long names end with a NUL. */
  private static String text(byte[] data) {
    int end = data.length;
    while (end > 0 && data[end - 1] == 0) {
      end--;
    }
    return new String(data, 0, end, StandardCharsets.UTF_8);
  }

  /** An octal number, or GNU's base 256 for what does not fit. */
  private long number(int offset, int length, String what) throws Malformed {
    if ((block[offset] & 0x80) != 0) {
      boolean negative = (block[offset] & 0x40) != 0;
      long value = negative ? -1 : 0;
      for (int i = offset; i < offset + length; i++) {
        int digit = i == offset ? block[i] & (negative ? 0xff : 0x7f) : block[i] & 0xff;
        if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
          throw malformedNumber(what);
        }
        value = value << 8 | digit;
      }
      return value;
    }
    String digits = field(offset, length).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw malformedNumber(what);
    }
  }

  private static Malformed malformedNumber(String what) {
    return new Malformed(
        "context-corrupt", "the archive is damaged: an entry has no readable " + what);
  }

  /** Records of the form {@code "<length> <key>=<value>\n"}. */
  private static Map<String, byte[]> paxRecords(byte[] data) throws Malformed {
    Map<String, byte[]> records = new HashMap<>();
    int at = 0;
    while (at < data.length) {
      int length = 0;
      int i = at;
      while (i < data.length && data[i] >= '0' && data[i] <= '9' && i - at < 8) {
        length = length * 10 + data[i++] - '0';
      }
      int end = at + length;
      int equals = i;
      while (equals < data.length && data[equals] != '=') {
        equals++;
      }
      if (i == at
          || i >= data.length
          || data[i] != ' '
          || end > data.length
          || equals >= end
          || data[end - 1] != '\n') {
        throw new Malformed(
            "context-corrupt", "the archive is damaged: a pax header is unreadable");
      }
      String key = new String(data, i + 1, equals - i - 1, StandardCharsets.UTF_8);
      byte[] value = new byte[end - 1 - equals - 1];
      System.arraycopy(data, equals + 1, value, 0, value.length);
      records.put(key, value);
      at = end;
    }
    return records;
  }

  private static String paxText(Map<String, byte[]> pax, String key, String otherwise) {
    byte[] value = pax.get(key);
    return value == null || value.length == 0
        ? otherwise
        : new String(value, StandardCharsets.UTF_8);
  }

  private static long paxNumber(Map<String, byte[]> pax, String key, String name) throws Malformed {
    String text = paxText(pax, key, "0");
    // Times have fractions; whole seconds are all that is kept.
    int dot = text.indexOf('.');
    try {
      return Long.parseLong(dot < 0 ? text : text.substring(0, dot));
    } catch (NumberFormatException e) {
      throw new Malformed(
          "context-corrupt", "entry " + ContextException.show(name) + " has no readable " + key);
    }
  }

  private static Malformed truncated() {
    return new Malformed(
        "context-truncated", "the archive ends in the middle: it was not sent whole");
  }

  private static Malformed notAnArchive() {
    return new Malformed(
        "context-not-an-archive",
        "the context is no tar archive, plain or compressed with gzip, zstd, bzip2 or xz");
  }
}
