package dev.brickyard.engine.differential;

import dev.brickyard.engine.image.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What one layer's tar says, read without this project's own tar reader. */
final class LayerFiles {
  private static final String XATTR = "SCHILY.xattr.";
  private static final int SHOWN = 100;

  /**
   * An entry as it stands in the tar.
   *
   * @param path without slashes at its ends
   * @param type {@code file}, {@code directory}, {@code symlink}, {@code link}, {@code fifo},
   *     {@code char} or {@code block}
   * @param content a digest, or the text itself where it is short
   * @param mtime seconds
   */
  record Entry(
      String path,
      String type,
      int mode,
      long uid,
      long gid,
      long mtime,
      String content,
      String link,
      String device,
      SortedMap<String, String> xattrs) {
    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    String parent() {
      int slash = path.lastIndexOf('/');
      return slash < 0 ? "" : path.substring(0, slash);
    }
  }

  private LayerFiles() {}

  /** Reads an uncompressed tar to its end. */
  static List<Entry> read(InputStream in) throws IOException {
    List<Entry> entries = new ArrayList<>();
    TarArchiveInputStream tar =
        new TarArchiveInputStream(new BufferedInputStream(in, 1 << 16), "UTF-8");
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      String path = entry.getName().replaceAll("^(\\./|/)+|/+$|^\\.$", "");
      if (!path.isEmpty()) {
        entries.add(entry(path, entry, tar));
      }
    }
    in.readAllBytes();
    return entries;
  }

  private static Entry entry(String path, TarArchiveEntry entry, InputStream content)
      throws IOException {
    SortedMap<String, String> xattrs = new TreeMap<>();
    for (Map.Entry<String, String> header : entry.getExtraPaxHeaders().entrySet()) {
      if (header.getKey().startsWith(XATTR)) {
        xattrs.put(header.getKey().substring(XATTR.length()), header.getValue());
      }
    }
    String type = type(entry);
    boolean device = type.equals("char") || type.equals("block");
    return new Entry(
        path,
        type,
        entry.getMode() & 07777,
        entry.getLongUserId(),
        entry.getLongGroupId(),
        Math.floorDiv(entry.getLastModifiedTime().toMillis(), 1000),
        type.equals("file") ? shown(content.readAllBytes()) : "",
        type.equals("symlink") || type.equals("link") ? entry.getLinkName() : "",
        device ? entry.getDevMajor() + "," + entry.getDevMinor() : "",
        xattrs);
  }

  private static String type(TarArchiveEntry entry) {
    if (entry.isDirectory()) {
      return "directory";
    } else if (entry.isSymbolicLink()) {
      return "symlink";
    } else if (entry.isLink()) {
      return "link";
    } else if (entry.isFIFO()) {
      return "fifo";
    } else if (entry.isCharacterDevice()) {
      return "char";
    } else if (entry.isBlockDevice()) {
      return "block";
    }
    return "file";
  }

  /** Short texts are readable in a report; the others are told apart by their digest. */
  private static String shown(byte[] content) {
    if (content.length <= SHOWN) {
      try {
        String text =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(java.nio.ByteBuffer.wrap(content))
                .toString();
        return '"' + text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n") + '"';
      } catch (CharacterCodingException e) {
        return content.length + " " + Digest.of(content);
      }
    }
    return content.length + " " + Digest.of(content);
  }
}
