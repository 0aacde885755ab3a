package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a layer: a reproducible tar, its digest, its index and its blob, in one pass. Entries go
 * into the tar in the order they are added; a directory must come before what it contains, a file
 * before its hard links, and no path twice. The same entries and bytes give the same digests on
 * every machine. For one thread.
 */
public final class LayerWriter implements AutoCloseable {
  private final MessageDigest diffDigest = Digest.newSha256();
  private final MessageDigest contentDigest = Digest.newSha256();
  private final LayerOutput tar;
  private final List<LayerEntry> entries = new ArrayList<>();
  private final Map<ImagePath, EntryType> added = new HashMap<>();
  private final Set<ImagePath> opaque = new HashSet<>();
  private final Set<ImagePath> implied = new HashSet<>();
  private final Map<ImagePath, byte[]> inlined = new HashMap<>();
  private final byte[] buffer = new byte[1 << 16];
  private long position;

  /**
   * Starts a layer that is packed while it is written.
   *
   * @param directory where the blob's file is made
   */
  public LayerWriter(Path directory, Compression compression) throws IOException {
    this(new PackedOutput(directory, compression));
  }

  private LayerWriter(LayerOutput tar) {
    this.tar = tar;
  }

  /**
   * Starts a layer that is to be had as soon as possible: the blob of a small one is packed when it
   * is finished; of a larger one it is the plain tar, until a {@link LayerPacker} has packed it.
   *
   * @param directory where the blob's file is made
   */
  public static LayerWriter packingLater(Path directory, Compression compression) {
    return new LayerWriter(new SpooledOutput(directory, compression));
  }

  /** Adds an entry without content: anything but a file. */
  public void add(LayerEntry entry) throws IOException {
    if (entry.type() == EntryType.FILE) {
      throw new IllegalArgumentException(entry.path() + " is a file and needs its content");
    }
    accept(entry);
    if (entry.type() == EntryType.HARD_LINK) {
      checkTarget(entry);
    }
    write(TarHeaderWriter.headers(entry));
    entries.add(entry);
  }

  private void checkTarget(LayerEntry link) {
    ImagePath target = new ImagePath(link.linkTarget().orElseThrow());
    if (added.get(target) == null || added.get(target) == EntryType.DIRECTORY) {
      throw new IllegalArgumentException(
          link.path() + " is a hard link to " + target + ", which was not added before");
    }
  }

  /**
   * Adds a file. The digest in the finished index is that of the bytes really read.
   *
   * @throws IOException when the content cannot be read or has another size than the entry says
   */
  public void add(LayerEntry file, ContentSource content) throws IOException {
    addFile(
        file.path(),
        file.mode(),
        file.uid(),
        file.gid(),
        file.mtime(),
        file.size(),
        file.xattrs(),
        content);
  }

  /** Like {@link #add(LayerEntry, ContentSource)}, for a file whose digest is not known yet. */
  public void addFile(
      ImagePath path,
      int mode,
      long uid,
      long gid,
      long mtime,
      long size,
      SortedMap<String, String> xattrs,
      ContentSource content)
      throws IOException {
    LayerEntry file =
        new LayerEntry(
            path,
            EntryType.FILE,
            mode,
            uid,
            gid,
            mtime,
            size,
            Optional.empty(),
            Optional.of(UNKNOWN),
            xattrs,
            0,
            -1);
    accept(file);
    write(TarHeaderWriter.headers(file));
    LayerEntry placed = file.withOffset(position);
    @Nullable ByteArrayOutputStream copy = Inlining.copyFor(file);
    copyContent(file, content, copy);
    write(new byte[(int) (-size & 511)]);
    entries.add(LayerNames.withDigest(placed, Digest.of(contentDigest)));
    if (copy != null) {
      inlined.put(path, copy.toByteArray());
    }
  }

  private static final Digest UNKNOWN = Digest.of(new byte[0]);

  private void copyContent(
      LayerEntry file, ContentSource content, @Nullable ByteArrayOutputStream copy)
      throws IOException {
    if (file.size() == 0) {
      return;
    }
    long read = 0;
    try (InputStream in = content.open()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        read += n;
        if (read > file.size()) {
          break;
        }
        contentDigest.update(buffer, 0, n);
        write(buffer, n);
        if (copy != null) {
          copy.write(buffer, 0, n);
        }
      }
    }
    if (read != file.size()) {
      throw new IOException(
          file.path() + " changed while it was read: it should have " + file.size() + " bytes");
    }
  }

  /** Keeps the promises about order that readers of layers rely on. */
  private void accept(LayerEntry entry) {
    ImagePath path = entry.path();
    if (entry.type() == EntryType.OPAQUE) {
      if (!opaque.add(path)) {
        throw new IllegalArgumentException(path + " was made opaque twice");
      }
      return;
    }
    if (added.putIfAbsent(path, entry.type()) != null) {
      throw new IllegalArgumentException(path + " was added twice");
    }
    if (implied.contains(path)) {
      throw new IllegalArgumentException(path + " was added after something inside of it");
    }
    for (ImagePath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
      @Nullable EntryType above = added.get(parent);
      if (above != null) {
        if (above != EntryType.DIRECTORY) {
          throw new IllegalArgumentException(path + " stands below " + parent + ", no directory");
        }
        return;
      }
      if (!implied.add(parent)) {
        return;
      }
    }
  }

  private void write(byte[] bytes) throws IOException {
    write(bytes, bytes.length);
  }

  private void write(byte[] bytes, int count) throws IOException {
    if (count > 0) {
      diffDigest.update(bytes, 0, count);
      tar.write(bytes, 0, count);
      position += count;
    }
  }

  /** Ends the tar and returns the layer; the blob's file is the caller's from now on. */
  public NewLayer finish() throws IOException {
    write(new byte[1024]);
    Digest diffId = Digest.of(diffDigest);
    LayerOutput.Blob blob = tar.finish(diffId, position);
    return new NewLayer(
        new Layer(diffId, blob.descriptor()), new LayerIndex(entries, inlined), blob.file());
  }

  /** Removes the blob when the layer was not finished. */
  @Override
  public void close() throws IOException {
    tar.close();
  }
}
