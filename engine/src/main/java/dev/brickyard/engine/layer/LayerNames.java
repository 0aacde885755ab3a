package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a tar entry means in a layer (OCI image specification, layer.md): whiteouts are told by
 * their names.
 */
public final class LayerNames {
  static final String WHITEOUT = ".wh.";
  static final String OPAQUE = ".wh..wh..opq";

  /** Names that aufs kept for itself; they mean nothing in a layer. */
  private static final String RESERVED = ".wh..wh.";

  private static final Digest EMPTY = Digest.of(new byte[0]);

  private LayerNames() {}

  /**
   * The entry as part of a layer, or null where it is none (reserved names, unknown types, the root
   * under a type that is no directory). A file has the digest of empty content until {@link
   * #withDigest} puts in the one of its bytes.
   *
   * @throws IOException when the name leads out of the layer
   */
  public static @Nullable LayerEntry entry(TarHeader tar) throws IOException {
    ImagePath path = path(tar.name(), tar.name());
    String name = path.name();
    if (name.equals(OPAQUE)) {
      return bare(path.parent(), EntryType.OPAQUE, tar);
    }
    if (name.startsWith(RESERVED)) {
      return null;
    }
    if (name.startsWith(WHITEOUT)) {
      String hidden = name.substring(WHITEOUT.length());
      if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
        throw new IOException("entry " + tar.name() + " of a layer removes no possible name");
      }
      return LayerEntry.whiteout(path.parent().child(hidden));
    }
    @Nullable EntryType type = type(tar.type());
    if (type == null || (path.isRoot() && type != EntryType.DIRECTORY)) {
      return null;
    }
    return bare(path, type, tar);
  }

  private static @Nullable EntryType type(char flag) {
    return switch (flag) {
      case TarHeader.FILE -> EntryType.FILE;
      case TarHeader.HARD_LINK -> EntryType.HARD_LINK;
      case TarHeader.SYMLINK -> EntryType.SYMLINK;
      case TarHeader.CHARACTER_DEVICE -> EntryType.CHARACTER_DEVICE;
      case TarHeader.BLOCK_DEVICE -> EntryType.BLOCK_DEVICE;
      case TarHeader.DIRECTORY -> EntryType.DIRECTORY;
      case TarHeader.FIFO -> EntryType.FIFO;
      default -> null;
    };
  }

  private static LayerEntry bare(ImagePath path, EntryType type, TarHeader tar) throws IOException {
    Optional<String> target =
        switch (type) {
          case SYMLINK -> Optional.of(tar.linkName());
          case HARD_LINK -> Optional.of(path(tar.linkName(), tar.name()).value());
          default -> Optional.empty();
        };
    return new LayerEntry(
        path,
        type,
        type == EntryType.SYMLINK ? 0777 : tar.mode(),
        owner(tar.uid(), tar.name()),
        owner(tar.gid(), tar.name()),
        tar.mtime(),
        tar.size(),
        target,
        type == EntryType.FILE ? Optional.of(EMPTY) : Optional.empty(),
        tar.xattrs(),
        tar.device(),
        type == EntryType.FILE ? tar.offset() : -1);
  }

  private static long owner(long id, String name) throws IOException {
    if (id < 0 || id >= 0xFFFFFFFFL) {
      throw new IOException("entry " + name + " of a layer has the impossible owner " + id);
    }
    return id;
  }

  private static ImagePath path(String name, String shown) throws IOException {
    for (int at = name.indexOf(".."); at >= 0; at = name.indexOf("..", at + 1)) {
      boolean starts = at == 0 || name.charAt(at - 1) == '/';
      boolean ends = at + 2 == name.length() || name.charAt(at + 2) == '/';
      if (starts && ends) {
        throw new IOException("entry " + shown + " of a layer leads out of it");
      }
    }
    if (name.indexOf('\0') >= 0) {
      throw new IOException("entry " + shown + " of a layer has a NUL in its name");
    }
    return ImagePath.normalize(name);
  }

  /** The file with the digest of its bytes. */
  public static LayerEntry withDigest(LayerEntry file, Digest digest) {
    return new LayerEntry(
        file.path(),
        file.type(),
        file.mode(),
        file.uid(),
        file.gid(),
        file.mtime(),
        file.size(),
        file.linkTarget(),
        Optional.of(digest),
        file.xattrs(),
        file.device(),
        file.offset());
  }

  /** The path under which a tar has the entry, without the slash of directories. */
  static String tarName(LayerEntry entry) {
    ImagePath path = entry.path();
    return switch (entry.type()) {
      case WHITEOUT -> path.parent().child(WHITEOUT + path.name()).value();
      case OPAQUE -> path.child(OPAQUE).value();
      default -> path.value();
    };
  }

  /** Attributes that belong to a layer: none that overlayfs or the machine's policy keep there. */
  public static boolean isPortable(String attribute) {
    return (attribute.startsWith("user.") && !attribute.startsWith("user.overlay."))
        || attribute.equals("security.capability")
        || attribute.equals("system.posix_acl_access")
        || attribute.equals("system.posix_acl_default");
  }

  /** Only the attributes that belong to a layer. */
  static SortedMap<String, String> portable(SortedMap<String, String> xattrs) {
    SortedMap<String, String> kept = new java.util.TreeMap<>(xattrs);
    kept.keySet().removeIf(k -> !isPortable(k));
    return kept;
  }
}
