package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One path of a layer or context, with everything about it but its bytes.
 *
 * @param mode permission bits with set-uid, set-gid and sticky, {@code 07777} at most; no file type
 * @param mtime seconds since the epoch
 * @param size bytes of content; 0 for anything but a file
 * @param linkTarget for a symlink its text as stored; for a hard link the {@link ImagePath} text of
 *     the file it is another name of
 * @param digest of the content; present exactly for files
 * @param xattrs extended attributes, values in ISO-8859-1 so that every byte survives
 * @param device major and minor number, {@code major << 32 | minor}; 0 for anything but a device
 * @param offset where the content starts in the uncompressed tar, or -1 when not known
 */
public record LayerEntry(
    ImagePath path,
    EntryType type,
    int mode,
    long uid,
    long gid,
    long mtime,
    long size,
    Optional<String> linkTarget,
    Optional<Digest> digest,
    SortedMap<String, String> xattrs,
    long device,
    long offset) {
  /** Checks that the parts fit the type. */
  public LayerEntry {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(
          "mode " + Integer.toOctalString(mode) + " of " + path + " has bits beyond 07777");
    }
    if ((type == EntryType.FILE) != digest.isPresent()) {
      throw new IllegalArgumentException(path + ": exactly files have a content digest");
    }
    if ((type == EntryType.SYMLINK || type == EntryType.HARD_LINK) != linkTarget.isPresent()) {
      throw new IllegalArgumentException(path + ": exactly links have a target");
    }
    xattrs = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(xattrs));
  }

  /** A regular file. */
  public static LayerEntry file(
      ImagePath path, int mode, long uid, long gid, long mtime, long size, Digest digest) {
    return new LayerEntry(
        path,
        EntryType.FILE,
        mode,
        uid,
        gid,
        mtime,
        size,
        Optional.empty(),
        Optional.of(digest),
        new TreeMap<>(),
        0,
        -1);
  }

  /** A directory. */
  public static LayerEntry directory(ImagePath path, int mode, long uid, long gid, long mtime) {
    return bare(path, EntryType.DIRECTORY, mode, uid, gid, mtime, Optional.empty());
  }

  /** A symbolic link with this text. */
  public static LayerEntry symlink(ImagePath path, String target, long uid, long gid, long mtime) {
    return bare(path, EntryType.SYMLINK, 0777, uid, gid, mtime, Optional.of(target));
  }

  /** Another name of a file, with the same owner, mode and times. */
  public static LayerEntry hardLink(LayerEntry file, ImagePath target) {
    return new LayerEntry(
        file.path,
        EntryType.HARD_LINK,
        file.mode,
        file.uid,
        file.gid,
        file.mtime,
        0,
        Optional.of(target.value()),
        Optional.empty(),
        new TreeMap<>(),
        0,
        -1);
  }

  /** The mark that hides what lower layers have inside the directory. */
  public static LayerEntry opaque(ImagePath directory) {
    return bare(directory, EntryType.OPAQUE, 0, 0, 0, 0, Optional.empty());
  }

  /** The removal of a path that a lower layer has. */
  public static LayerEntry whiteout(ImagePath path) {
    return bare(path, EntryType.WHITEOUT, 0, 0, 0, 0, Optional.empty());
  }

  private static LayerEntry bare(
      ImagePath path,
      EntryType type,
      int mode,
      long uid,
      long gid,
      long mtime,
      Optional<String> target) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, 0, target, Optional.empty(), new TreeMap<>(), 0, -1);
  }

  /** The same entry at another path. */
  public LayerEntry at(ImagePath path) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, size, linkTarget, digest, xattrs, device, offset);
  }

  /** The same entry with another owner. */
  public LayerEntry ownedBy(long uid, long gid) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, size, linkTarget, digest, xattrs, device, offset);
  }

  /** The same entry with other permission bits. */
  public LayerEntry withMode(int mode) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, size, linkTarget, digest, xattrs, device, offset);
  }

  /** The same entry with another modification time. */
  public LayerEntry withMtime(long mtime) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, size, linkTarget, digest, xattrs, device, offset);
  }

  /** The same entry, its content known to start there in the uncompressed tar. */
  public LayerEntry withOffset(long offset) {
    return new LayerEntry(
        path, type, mode, uid, gid, mtime, size, linkTarget, digest, xattrs, device, offset);
  }

  public boolean isDirectory() {
    return type == EntryType.DIRECTORY;
  }
}
