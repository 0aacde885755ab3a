package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes what an overlay's upper directory holds as a layer, in sorted order. Directories that were
 * copied up but are as they were are left out, and removed, for they change nothing.
 */
final class UpperDiff {
  private record Inode(long device, long number) {}

  private final LayerWriter writer;
  private final List<Path> lowers;
  private final long latest;
  private final Map<Inode, ImagePath> linked = new HashMap<>();

  private UpperDiff(LayerWriter writer, List<Path> lowers, long latest) {
    this.writer = writer;
    this.lowers = lowers;
    this.latest = latest;
  }

  /**
   * Writes the whole directory, unmounted.
   *
   * @param lowers the directories below it, the topmost first
   * @param latest times later than this are set back to it, on disk too
   */
  static void write(Path upper, List<Path> lowers, long latest, LayerWriter writer)
      throws IOException, InterruptedException {
    try (Directory root = Directory.open(upper)) {
      new UpperDiff(writer, lowers, latest).writeInside(root, ImagePath.ROOT, true);
    }
  }

  /**
   * @param mergedAbove true when nothing above hides the lower layers
   */
  private void writeInside(Directory directory, ImagePath path, boolean mergedAbove)
      throws IOException, InterruptedException {
    List<String> names = directory.list();
    names.sort(null);
    for (String name : names) {
      if (Thread.interrupted()) {
        throw new InterruptedException("writing the layer was interrupted");
      }
      writeEntry(directory, name, path.child(name), mergedAbove);
    }
  }

  private void writeEntry(Directory parent, String name, ImagePath path, boolean mergedAbove)
      throws IOException, InterruptedException {
    FileStatus status = parent.status(name);
    if (status.isWhiteout()) {
      writer.add(LayerEntry.whiteout(path));
      return;
    }
    switch (status.type()) {
      case FileStatus.DIRECTORY -> writeDirectory(parent, name, path, status, mergedAbove);
      case FileStatus.FILE -> writeFile(parent, name, path, status);
      case FileStatus.SYMLINK ->
          writeLinkable(parent, name, path, status, EntryType.SYMLINK, parent.readLink(name));
      case FileStatus.FIFO -> writeLinkable(parent, name, path, status, EntryType.FIFO, null);
      case FileStatus.CHARACTER_DEVICE ->
          writeLinkable(parent, name, path, status, EntryType.CHARACTER_DEVICE, null);
      case FileStatus.BLOCK_DEVICE ->
          writeLinkable(parent, name, path, status, EntryType.BLOCK_DEVICE, null);
      // Sockets mean nothing without the process that listened; a tar cannot hold them.
      case FileStatus.SOCKET -> parent.unlink(name);
      default -> throw new IOException(path + " has an unknown type " + status.type());
    }
  }

  private void writeDirectory(
      Directory parent, String name, ImagePath path, FileStatus status, boolean mergedAbove)
      throws IOException, InterruptedException {
    boolean opaque =
        parent
            .attribute(name, LayerUnpacker.OPAQUE)
            .filter(v -> Arrays.equals(v, LayerUnpacker.YES))
            .isPresent();
    boolean merged = mergedAbove && !opaque;
    SortedMap<String, String> xattrs = xattrs(parent, name);
    try (Directory inside = parent.directory(name)) {
      if (merged && inside.list().isEmpty() && isAsBelow(path, status, xattrs)) {
        parent.removeDirectory(name);
        return;
      }
      writer.add(entry(parent, name, path, EntryType.DIRECTORY, status, null, xattrs));
      if (opaque) {
        writer.add(entry(parent, name, path, EntryType.OPAQUE, status, null, new TreeMap<>()));
      }
      writeInside(inside, path, merged);
    }
    if (status.mtime() > latest) {
      parent.setTime(name, latest, 0);
    }
  }

  /** True when a lower layer already has just this directory. */
  private boolean isAsBelow(ImagePath path, FileStatus status, SortedMap<String, String> xattrs)
      throws IOException {
    for (Path lower : lowers) {
      @Nullable Boolean same = isAsIn(lower, path, status, xattrs);
      if (same != null) {
        return same;
      }
    }
    return false;
  }

  /** Whether the layer has the same directory; null when it says nothing about the path. */
  private static @Nullable Boolean isAsIn(
      Path lower, ImagePath path, FileStatus status, SortedMap<String, String> xattrs)
      throws IOException {
    try (Directory root = Directory.open(lower);
        OpenPath walk = new OpenPath(root)) {
      for (ImagePath at = ImagePath.ROOT; ; at = next(at, path)) {
        Directory directory = walk.open(at, false);
        boolean last = at.equals(path.parent());
        String name = next(at, path).name();
        Optional<FileStatus> found = directory.find(name);
        if (found.isEmpty()) {
          return directory.ownAttribute(LayerUnpacker.OPAQUE).isPresent() ? Boolean.FALSE : null;
        }
        if (!found.get().isDirectory()) {
          return false;
        }
        if (last) {
          FileStatus below = found.get();
          return below.mode() == status.mode()
              && below.uid() == status.uid()
              && below.gid() == status.gid()
              && below.mtime() == status.mtime()
              && below.mtimeNanos() == status.mtimeNanos()
              && xattrs(directory, name).equals(xattrs);
        }
      }
    }
  }

  /** The ancestor of the path (or the path) that is one name longer than this one. */
  private static ImagePath next(ImagePath at, ImagePath path) {
    return at.child(path.names().get(at.names().size()));
  }

  private void writeFile(Directory parent, String name, ImagePath path, FileStatus status)
      throws IOException {
    if (writeAsLink(path, status)) {
      return;
    }
    long mtime = clamped(parent, name, status);
    writer.addFile(
        path,
        status.permissions(),
        status.uid(),
        status.gid(),
        mtime,
        status.size(),
        xattrs(parent, name),
        () -> parent.openFile(name).asInput());
  }

  private void writeLinkable(
      Directory parent,
      String name,
      ImagePath path,
      FileStatus status,
      EntryType type,
      @Nullable String target)
      throws IOException {
    if (!writeAsLink(path, status)) {
      writer.add(entry(parent, name, path, type, status, target, xattrs(parent, name)));
    }
  }

  /** Writes a further name of a file already written as what it is. */
  private boolean writeAsLink(ImagePath path, FileStatus status) throws IOException {
    if (status.links() < 2) {
      return false;
    }
    @Nullable ImagePath first = linked.putIfAbsent(new Inode(status.dev(), status.inode()), path);
    if (first == null) {
      return false;
    }
    writer.add(
        new LayerEntry(
            path,
            EntryType.HARD_LINK,
            status.permissions(),
            status.uid(),
            status.gid(),
            Math.min(status.mtime(), latest),
            0,
            Optional.of(first.value()),
            Optional.empty(),
            new TreeMap<>(),
            0,
            -1));
    return true;
  }

  private LayerEntry entry(
      Directory parent,
      String name,
      ImagePath path,
      EntryType type,
      FileStatus status,
      @Nullable String target,
      SortedMap<String, String> xattrs)
      throws IOException {
    boolean opaque = type == EntryType.OPAQUE;
    boolean device = type == EntryType.CHARACTER_DEVICE || type == EntryType.BLOCK_DEVICE;
    return new LayerEntry(
        path,
        type,
        opaque ? 0 : status.permissions(),
        opaque ? 0 : status.uid(),
        opaque ? 0 : status.gid(),
        opaque
            ? 0
            : type == EntryType.DIRECTORY
                ? Math.min(status.mtime(), latest)
                : clamped(parent, name, status),
        0,
        Optional.ofNullable(target),
        Optional.empty(),
        xattrs,
        device ? status.rdev() : 0,
        -1);
  }

  /** The time to write down, put on the file too so that every worker sees the same one. */
  private long clamped(Directory parent, String name, FileStatus status) throws IOException {
    if (status.mtime() <= latest) {
      return status.mtime();
    }
    parent.setTime(name, latest, 0);
    return latest;
  }

  private static SortedMap<String, String> xattrs(Directory parent, String name)
      throws IOException {
    SortedMap<String, String> xattrs = new TreeMap<>();
    for (String attribute : parent.attributes(name)) {
      if (LayerNames.isPortable(attribute)) {
        Optional<byte[]> value = parent.attribute(name, attribute);
        if (value.isPresent()) {
          xattrs.put(attribute, new String(value.get(), StandardCharsets.ISO_8859_1));
        }
      }
    }
    return xattrs;
  }
}
