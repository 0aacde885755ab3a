package dev.brickyard.engine.export;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.TarStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes an archive of the OCI image layout (OCI image specification, "Image Layout"): blobs as
 * they come, each once, and in the end what names them. The same content gives the same bytes.
 */
final class ArchiveWriter {
  static final String INDEX = "index.json";
  static final String BLOBS = "blobs/sha256";
  private static final String LAYOUT = "oci-layout";
  private static final byte[] LAYOUT_JSON =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  private final TarStream tar;
  private final Set<Digest> written = new HashSet<>();

  ArchiveWriter(OutputStream out) throws IOException {
    this.tar = new TarStream(out);
    directory("blobs");
    directory(BLOBS);
  }

  private void directory(String path) throws IOException {
    tar.add(LayerEntry.directory(new ImagePath(path), 0755, 0, 0, 0));
  }

  /** True when the blob is still to be written. */
  boolean lacks(Digest blob) {
    return !written.contains(blob);
  }

  /** Writes a blob, unless it has been. */
  void blob(Descriptor blob, InputStream content) throws IOException {
    if (written.add(blob.digest())) {
      file(path(blob.digest()), blob.digest(), blob.size(), content);
    }
  }

  /** Writes a small blob, unless it has been. */
  void blob(Descriptor blob, byte[] content) throws IOException {
    blob(blob, new ByteArrayInputStream(content));
  }

  /** Writes a file that is no blob. */
  void file(String path, byte[] content) throws IOException {
    file(path, Digest.of(content), content.length, new ByteArrayInputStream(content));
  }

  private void file(String path, Digest digest, long size, InputStream content) throws IOException {
    tar.add(LayerEntry.file(new ImagePath(path), 0444, 0, 0, 0, size, digest), content);
  }

  static String path(Digest blob) {
    return BLOBS + "/" + blob.hex();
  }

  /** Names what the archive is about, and ends it. */
  void finish(List<Descriptor> roots) throws IOException {
    file(INDEX, ImageIndex.oci(roots).toJson());
    file(LAYOUT, LAYOUT_JSON);
    tar.finish();
  }
}
