package dev.brickyard.engine.layer;

import java.util.SortedMap;

/**
 * One entry of a tar as it was written, not yet trusted.
 *
 * @param name as it stands there: may begin with {@code ./} or {@code /}, may contain {@code ..}
 * @param type the POSIX type flag, such as {@code '0'} or {@code '5'}
 * @param mode permission bits, {@code 07777} at most
 * @param size bytes of content that follow
 * @param xattrs values in ISO-8859-1
 * @param device {@code major << 32 | minor}
 * @param offset where the content starts in the uncompressed tar
 */
public record TarHeader(
    String name,
    char type,
    int mode,
    long uid,
    long gid,
    long mtime,
    long size,
    String linkName,
    SortedMap<String, String> xattrs,
    long device,
    long offset) {
  public static final char FILE = '0';
  public static final char HARD_LINK = '1';
  public static final char SYMLINK = '2';
  public static final char CHARACTER_DEVICE = '3';
  public static final char BLOCK_DEVICE = '4';
  public static final char DIRECTORY = '5';
  public static final char FIFO = '6';
}
