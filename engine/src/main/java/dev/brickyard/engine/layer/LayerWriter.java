package dev.brickyard.engine.layer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * Writes a layer: a reproducible tar, its digests, its compressed blob and its index, in one pass.
 */
public final class LayerWriter implements AutoCloseable {
  /** Starts a layer whose blob is written to a new file in the directory. */
  public LayerWriter(Path directory, Compression compression) throws IOException {
    throw new IOException("not yet " + directory + compression);
  }

  /** Adds an entry without content: anything but a file. */
  public void add(LayerEntry entry) throws IOException {
    throw new IOException("not yet " + entry);
  }

  /** Adds a file; the digest in the finished index is that of the bytes really read. */
  public void add(LayerEntry file, ContentSource content) throws IOException {
    throw new IOException("not yet " + file + content);
  }

  /** Adds a file whose digest is not known before it is read. */
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
    throw new IOException("not yet " + path + mode + uid + gid + mtime + size + xattrs + content);
  }

  /** Ends the tar and returns the layer; the blob file is the caller's from now on. */
  public NewLayer finish() throws IOException {
    throw new IOException("not yet");
  }

  /** Removes the blob when the layer was not finished. */
  @Override
  public void close() {}
}
