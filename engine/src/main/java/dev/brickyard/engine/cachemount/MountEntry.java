package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file, directory or symlink of a cache mount. Devices, sockets and FIFOs are not kept.
 *
 * @param mode permission bits with set-uid, set-gid and sticky
 * @param mtime seconds since the epoch
 * @param link a symlink's text; for a further name of a file (hard link) the path of its first one,
 *     which may be gone
 * @param xattrs values as ISO 8859-1 text
 * @param content of a file, also of one with a {@code link}; empty for anything else
 */
public record MountEntry(
    ImagePath path,
    Kind kind,
    int mode,
    long uid,
    long gid,
    long mtime,
    int mtimeNanos,
    Optional<String> link,
    SortedMap<String, String> xattrs,
    Optional<FileContent> content) {
  /** What an entry is. */
  public enum Kind {
    DIRECTORY,
    FILE,
    SYMLINK
  }

  public MountEntry {
    xattrs = Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
    if ((kind == Kind.FILE) != content.isPresent()) {
      throw new IllegalArgumentException("a file has content, and nothing else has");
    }
    if (kind == Kind.SYMLINK && link.isEmpty()) {
      throw new IllegalArgumentException("a symlink has a text");
    }
  }

  /** Of a file; 0 for anything else. */
  public long size() {
    return content.map(FileContent::size).orElse(0L);
  }

  MountEntry with(FileContent other) {
    return new MountEntry(
        path, kind, mode, uid, gid, mtime, mtimeNanos, link, xattrs, Optional.of(other));
  }

  /**
   * True when the other entry puts the same on a disk. Where the bytes are in the store does not
   * matter, nor does a directory's time, which changes with every file in it.
   */
  boolean same(MountEntry other) {
    boolean plain =
        path.equals(other.path)
            && kind == other.kind
            && mode == other.mode
            && uid == other.uid
            && gid == other.gid
            && link.equals(other.link)
            && xattrs.equals(other.xattrs);
    return plain
        && switch (kind) {
          case DIRECTORY -> true;
          case SYMLINK -> sameTime(other);
          case FILE ->
              sameTime(other)
                  && content.orElseThrow().digest().equals(other.content.orElseThrow().digest());
        };
  }

  private boolean sameTime(MountEntry other) {
    return mtime == other.mtime && mtimeNanos == other.mtimeNanos;
  }
}
