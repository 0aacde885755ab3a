package dev.brickyard.engine.layer;

import dev.brickyard.engine.linux.NativeText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The bytes before an entry's content in a tar: a ustar header, and before it a PAX one only where
 * ustar cannot say something. The same entry always gives the same bytes; no names of owners, no
 * fractions of seconds.
 */
final class TarHeaderWriter {
  private static final int BLOCK = 512;
  private static final long MAX_OCTAL_7 = 07777777L;
  private static final long MAX_OCTAL_11 = 077777777777L;

  private TarHeaderWriter() {}

  static byte[] headers(LayerEntry entry) {
    boolean directory = entry.type() == EntryType.DIRECTORY;
    String name = LayerNames.tarName(entry);
    byte[] path = NativeText.encode(directory ? (name.isEmpty() ? "./" : name + "/") : name);
    byte[] link = NativeText.encode(entry.linkTarget().orElse(""));
    SortedMap<String, byte[]> pax = pax(entry, path, link);
    ByteArrayOutputStream out = new ByteArrayOutputStream(BLOCK);
    if (!pax.isEmpty()) {
      byte[] records = paxRecords(pax);
      byte[] paxName = truncated("PaxHeaders.0/" + entry.path().name());
      out.writeBytes(ustar(paxName, new byte[0], 'x', 0644, 0, 0, records.length, 0, 0));
      out.writeBytes(records);
      out.writeBytes(new byte[-records.length & (BLOCK - 1)]);
    }
    out.writeBytes(
        ustar(
            path,
            link,
            flag(entry.type()),
            entry.mode(),
            entry.uid(),
            entry.gid(),
            entry.size(),
            entry.mtime(),
            entry.device()));
    return out.toByteArray();
  }

  private static byte[] truncated(String name) {
    byte[] bytes = NativeText.encode(name);
    return bytes.length <= 100 ? bytes : Arrays.copyOf(bytes, 100);
  }

  private static SortedMap<String, byte[]> pax(LayerEntry entry, byte[] path, byte[] link) {
    SortedMap<String, byte[]> pax = new TreeMap<>();
    if (split(path) < 0 || !isAscii(path)) {
      pax.put("path", path);
    }
    if (link.length > 100 || !isAscii(link)) {
      pax.put("linkpath", link);
    }
    if (entry.uid() > MAX_OCTAL_7) {
      pax.put("uid", digits(entry.uid()));
    }
    if (entry.gid() > MAX_OCTAL_7) {
      pax.put("gid", digits(entry.gid()));
    }
    if (entry.size() > MAX_OCTAL_11) {
      pax.put("size", digits(entry.size()));
    }
    if (entry.mtime() < 0 || entry.mtime() > MAX_OCTAL_11) {
      pax.put("mtime", digits(entry.mtime()));
    }
    for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
      pax.put(
          "SCHILY.xattr." + xattr.getKey(), xattr.getValue().getBytes(StandardCharsets.ISO_8859_1));
    }
    return pax;
  }

  private static byte[] digits(long number) {
    return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] paxRecords(SortedMap<String, byte[]> pax) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    pax.forEach(
        (key, value) -> {
          byte[] name = NativeText.encode(key);
          int rest = name.length + value.length + 3;
          int length = rest + Integer.toString(rest).length();
          length = rest + Integer.toString(length).length();
          out.writeBytes((length + " ").getBytes(StandardCharsets.US_ASCII));
          out.writeBytes(name);
          out.write('=');
          out.writeBytes(value);
          out.write('\n');
        });
    return out.toByteArray();
  }

  /**
   * Where to cut a path into ustar's prefix and name: 0 when it fits the name whole, the slash's
   * index otherwise, -1 when it cannot be cut.
   */
  private static int split(byte[] path) {
    if (path.length <= 100) {
      return 0;
    }
    for (int i = Math.min(155, path.length - 2); i > 0 && path.length - i - 1 <= 100; i--) {
      if (path[i] == '/') {
        return i;
      }
    }
    return -1;
  }

  private static char flag(EntryType type) {
    return switch (type) {
      case FILE, WHITEOUT, OPAQUE -> TarHeader.FILE;
      case HARD_LINK -> TarHeader.HARD_LINK;
      case SYMLINK -> TarHeader.SYMLINK;
      case CHARACTER_DEVICE -> TarHeader.CHARACTER_DEVICE;
      case BLOCK_DEVICE -> TarHeader.BLOCK_DEVICE;
      case DIRECTORY -> TarHeader.DIRECTORY;
      case FIFO -> TarHeader.FIFO;
    };
  }

  private static byte[] ustar(
      byte[] path,
      byte[] link,
      char flag,
      int mode,
      long uid,
      long gid,
      long size,
      long mtime,
      long device) {
    byte[] block = new byte[BLOCK];
    int cut = split(path);
    if (cut > 0) {
      System.arraycopy(path, 0, block, 345, cut);
      System.arraycopy(path, cut + 1, block, 0, path.length - cut - 1);
    } else {
      System.arraycopy(path, 0, block, 0, Math.min(100, path.length));
    }
    octal(block, 100, 7, mode);
    octal(block, 108, 7, uid);
    octal(block, 116, 7, gid);
    octal(block, 124, 11, size);
    octal(block, 136, 11, mtime);
    block[156] = (byte) flag;
    System.arraycopy(link, 0, block, 157, Math.min(100, link.length));
    System.arraycopy("ustar\00000".getBytes(StandardCharsets.US_ASCII), 0, block, 257, 8);
    octal(block, 329, 7, device >>> 32);
    octal(block, 337, 7, device & 0xFFFFFFFFL);
    checksum(block);
    return block;
  }

  private static void checksum(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    long sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    octal(block, 148, 6, sum);
    block[154] = 0;
  }

  /** Zero when the number does not fit: the PAX header says it then. */
  private static void octal(byte[] block, int offset, int digits, long number) {
    long rest = number < 0 || number >>> (3 * digits) != 0 ? 0 : number;
    for (int i = offset + digits - 1; i >= offset; i--) {
      block[i] = (byte) ('0' + (rest & 7));
      rest >>>= 3;
    }
  }
}
