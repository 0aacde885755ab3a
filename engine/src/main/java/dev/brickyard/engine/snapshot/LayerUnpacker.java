package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.layer.LayerReader;
import dev.brickyard.engine.layer.LayerStreams;
import dev.brickyard.engine.layer.TarLimits;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.OpenFile;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Unpacks one layer into a directory in overlayfs' own language: a removed path is the character
 * device 0:0, an opaque directory has {@code trusted.overlay.opaque}. Every name is opened from its
 * parent's descriptor without following links, so no layer can write outside of the directory.
 */
final class LayerUnpacker implements AutoCloseable {
  static final String OPAQUE = "trusted.overlay.opaque";
  static final byte[] YES = {'y'};

  private final OpenPath directories;
  private final Directory root;
  private final List<LayerEntry> finished = new ArrayList<>();
  private final byte[] buffer = new byte[1 << 16];

  private LayerUnpacker(Directory root) {
    this.root = root;
    this.directories = new OpenPath(root);
  }

  /**
   * Unpacks the blob into the existing, empty directory.
   *
   * @return what was learnt on the way
   * @throws CorruptBlobException when its tar has another digest
   * @throws IOException when it is damaged, hostile, or the disk refuses
   */
  static IndexedLayer unpack(InputStream blob, Digest diffId, Path into) throws IOException {
    IndexedLayer layer;
    try (Directory root = Directory.open(into);
        LayerUnpacker unpacker = new LayerUnpacker(root)) {
      layer = LayerReader.read(LayerStreams.uncompressed(blob), TarLimits.LAYER, unpacker::place);
      unpacker.finishDirectories();
    }
    if (!layer.diffId().equals(diffId)) {
      throw new CorruptBlobException(diffId, layer.diffId().toString());
    }
    return layer;
  }

  private void place(LayerEntry entry, InputStream content) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("unpacking was interrupted");
    }
    ImagePath path = entry.path();
    if (path.isRoot()) {
      if (entry.type() == EntryType.OPAQUE) {
        root.setOwnAttribute(OPAQUE, YES);
      }
      return;
    }
    if (entry.type() == EntryType.OPAQUE) {
      Directory parent = directories.open(path.parent(), true);
      Optional<FileStatus> hiding = parent.find(path.name());
      if (hiding.isEmpty()) {
        parent.makeDirectory(path.name(), 0755);
      } else if (!hiding.get().isDirectory()) {
        throw new IOException("the layer hides the content of " + path + ", which is no directory");
      }
      parent.setAttribute(path.name(), OPAQUE, YES);
      return;
    }
    Directory parent = directories.open(path.parent(), true);
    String name = path.name();
    Optional<FileStatus> existing = parent.find(name);
    if (entry.type() == EntryType.WHITEOUT) {
      placeWhiteout(parent, name, existing);
      return;
    }
    boolean wasRemoved = existing.isPresent() && existing.get().isWhiteout();
    boolean keep =
        existing.isPresent() && existing.get().isDirectory() && entry.type() == EntryType.DIRECTORY;
    if (existing.isPresent() && !keep) {
      directories.forget(path);
      Trees.delete(parent, name);
    }
    switch (entry.type()) {
      case FILE -> writeFile(parent, name, content);
      case DIRECTORY -> {
        if (!keep) {
          parent.makeDirectory(name, 0700);
        }
        if (wasRemoved) {
          parent.setAttribute(name, OPAQUE, YES);
        }
        finished.add(entry);
      }
      case SYMLINK -> parent.makeSymlink(name, entry.linkTarget().orElseThrow());
      case HARD_LINK -> {
        link(parent, name, entry);
        return;
      }
      case CHARACTER_DEVICE ->
          parent.makeNode(name, FileStatus.CHARACTER_DEVICE | 0600, entry.device());
      case BLOCK_DEVICE -> parent.makeNode(name, FileStatus.BLOCK_DEVICE | 0600, entry.device());
      case FIFO -> parent.makeNode(name, FileStatus.FIFO | 0600, 0);
      case WHITEOUT, OPAQUE -> throw new AssertionError("handled before");
    }
    describe(parent, name, entry);
  }

  /** A whiteout speaks of lower layers only: what this layer has at the name stays. */
  private static void placeWhiteout(Directory parent, String name, Optional<FileStatus> existing)
      throws LinuxException {
    if (existing.isEmpty()) {
      parent.makeNode(name, FileStatus.CHARACTER_DEVICE, 0);
    } else if (existing.get().isDirectory()) {
      parent.setAttribute(name, OPAQUE, YES);
    }
  }

  private void writeFile(Directory parent, String name, InputStream content) throws IOException {
    try (OpenFile file = parent.createFile(name, 0600)) {
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        file.write(buffer, 0, n);
      }
    }
  }

  private void link(Directory parent, String name, LayerEntry entry) throws IOException {
    ImagePath target = new ImagePath(entry.linkTarget().orElseThrow());
    try (OpenPath other = new OpenPath(root)) {
      parent.makeLink(name, other.open(target.parent(), false), target.name());
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        throw new IOException(
            "the layer links " + entry.path() + " to " + target + ", which it does not have", e);
      }
      throw e;
    }
  }

  /** Owner before mode, since a new owner clears set-uid; attributes after both, for the same. */
  private static void describe(Directory parent, String name, LayerEntry entry)
      throws LinuxException {
    parent.setOwner(name, entry.uid(), entry.gid());
    if (entry.type() != EntryType.SYMLINK) {
      parent.setMode(name, entry.mode());
    }
    for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
      if (LayerNames.isPortable(xattr.getKey())) {
        parent.setAttribute(
            name, xattr.getKey(), xattr.getValue().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    if (entry.type() != EntryType.DIRECTORY) {
      parent.setTime(name, entry.mtime(), 0);
    }
  }

  /** Directories get their times last: filling them changed those. */
  private void finishDirectories() throws LinuxException {
    for (LayerEntry directory : finished.reversed()) {
      Directory parent = directories.open(directory.path().parent(), false);
      Optional<FileStatus> status = parent.find(directory.path().name());
      if (status.isPresent() && status.get().isDirectory()) {
        parent.setTime(directory.path().name(), directory.mtime(), 0);
      }
    }
  }

  @Override
  public void close() throws LinuxException {
    directories.close();
  }
}
