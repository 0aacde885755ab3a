package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looks through a mount's directory, which others may be changing at the same time. */
final class TreeScan {
  private record Inode(long device, long number) {}

  /**
   * Something in the directory.
   *
   * @param known what it is; for a changed file its content still has to be read, and this is null
   * @param link the first path of the same file, when it has several
   */
  record Found(
      FileStatus status,
      @Nullable MountEntry known,
      Optional<String> link,
      SortedMap<String, String> xattrs) {}

  private final MountState state;
  private final SortedMap<ImagePath, Found> found = new TreeMap<>();
  private final Map<Inode, ImagePath> linked = new HashMap<>();

  private TreeScan(MountState state) {
    this.state = state;
  }

  /** Everything in the directory, itself included, that a generation can hold. */
  static SortedMap<ImagePath, Found> of(Path content, MountState state) throws IOException {
    TreeScan scan = new TreeScan(state);
    try (Directory root = Directory.open(content)) {
      scan.add(ImagePath.ROOT, root.status(), null, "");
      scan.inside(root, ImagePath.ROOT);
    }
    return scan.found;
  }

  private void inside(Directory directory, ImagePath path) throws IOException {
    List<String> names = directory.list();
    names.sort(null);
    for (String name : names) {
      if (Thread.interrupted()) {
        throw new InterruptedIOException("looking through a cache mount was interrupted");
      }
      try {
        look(directory, name, path.child(name));
      } catch (LinuxException e) {
        // Removed or replaced under our eyes: as if it had been so a moment earlier.
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
          throw e;
        }
      }
    }
  }

  private void look(Directory parent, String name, ImagePath path) throws IOException {
    FileStatus status = parent.status(name);
    switch (status.type()) {
      case FileStatus.DIRECTORY -> {
        add(path, status, parent, name);
        try (Directory inside = parent.directory(name)) {
          inside(inside, path);
        }
      }
      case FileStatus.FILE, FileStatus.SYMLINK -> add(path, status, parent, name);
      default -> {
        // Devices, sockets and FIFOs mean nothing on another machine.
      }
    }
  }

  private void add(ImagePath path, FileStatus status, @Nullable Directory parent, String name)
      throws IOException {
    MountState.@Nullable Seen before = state.seen().get(path);
    @Nullable MountEntry base = state.base().get(path);
    Optional<String> link = firstName(path, status);
    if (base != null && before != null && before.equals(MountState.Seen.of(status))) {
      boolean sameLink = base.kind() != MountEntry.Kind.FILE || base.link().equals(link);
      if (sameLink) {
        found.put(path, new Found(status, used(base, status), link, base.xattrs()));
        return;
      }
    }
    SortedMap<String, String> xattrs = parent == null ? new TreeMap<>() : xattrs(parent, name);
    @Nullable MountEntry known =
        switch (status.type()) {
          case FileStatus.DIRECTORY ->
              entry(path, MountEntry.Kind.DIRECTORY, status, Optional.empty(), xattrs);
          case FileStatus.SYMLINK ->
              parent == null
                  ? null
                  : entry(
                      path,
                      MountEntry.Kind.SYMLINK,
                      status,
                      Optional.of(parent.readLink(name)),
                      xattrs);
          default -> null;
        };
    found.put(path, new Found(status, known, link, xattrs));
  }

  private Optional<String> firstName(ImagePath path, FileStatus status) {
    if (status.type() != FileStatus.FILE || status.links() < 2) {
      return Optional.empty();
    }
    return Optional.ofNullable(linked.putIfAbsent(new Inode(status.dev(), status.inode()), path))
        .map(ImagePath::value);
  }

  /** When it was used is brought up to date; that alone is no change. */
  private static MountEntry used(MountEntry entry, FileStatus status) {
    if (entry.content().isEmpty()) {
      return entry;
    }
    FileContent content = entry.content().get();
    return entry.with(
        new FileContent(content.digest(), content.size(), lastUse(status), content.slices()));
  }

  /** Seconds since the epoch. */
  static long lastUse(FileStatus status) {
    return Math.max(status.atime(), status.mtime());
  }

  private static MountEntry entry(
      ImagePath path,
      MountEntry.Kind kind,
      FileStatus status,
      Optional<String> link,
      SortedMap<String, String> xattrs) {
    return new MountEntry(
        path,
        kind,
        status.permissions(),
        status.uid(),
        status.gid(),
        status.mtime(),
        status.mtimeNanos(),
        link,
        xattrs,
        Optional.empty());
  }

  /** A changed file, now that its content is known. */
  static MountEntry file(ImagePath path, Found found, FileContent content) {
    FileStatus status = found.status();
    return new MountEntry(
        path,
        MountEntry.Kind.FILE,
        status.permissions(),
        status.uid(),
        status.gid(),
        status.mtime(),
        status.mtimeNanos(),
        found.link(),
        found.xattrs(),
        Optional.of(content));
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
