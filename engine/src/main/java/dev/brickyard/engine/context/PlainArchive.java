package dev.brickyard.engine.context;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes archives of what was sent without one, such as a lone Dockerfile. */
public final class PlainArchive {
  private static final int TAR_MAGIC = 257;
  private static final String USTAR = "ustar";

  /** What compressed archives begin with: gzip, zstd, bzip2, xz. */
  private static final int[][] COMPRESSED = {
    {0x1f, 0x8b}, {0x28, 0xb5, 0x2f, 0xfd}, {'B', 'Z', 'h'}, {0xfd, '7', 'z', 'X', 'Z'}
  };

  private PlainArchive() {}

  /** A tar of a few small files, by their names. */
  public static byte[] of(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Whether what begins so could be the text of a Dockerfile, and is no archive: it starts, after
   * white space, with a letter or a comment, and has no characters that texts have not.
   */
  public static boolean looksLikeDockerfile(byte[] head) {
    for (int[] magic : COMPRESSED) {
      if (startsWith(head, magic)) {
        return false;
      }
    }
    if (head.length >= TAR_MAGIC + USTAR.length()
        && new String(head, TAR_MAGIC, USTAR.length(), StandardCharsets.US_ASCII).equals(USTAR)) {
      return false;
    }
    String text = new String(head, StandardCharsets.UTF_8).replaceFirst("^\uFEFF", "").strip();
    if (text.chars().anyMatch(c -> c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f')) {
      return false;
    }
    return !text.isEmpty() && (text.charAt(0) == '#' || Character.isLetter(text.charAt(0)));
  }

  private static boolean startsWith(byte[] head, int[] magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= head.length || (head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
