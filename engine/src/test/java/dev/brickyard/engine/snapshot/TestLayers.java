package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Layers for tests, whose blobs can be taken away. */
final class TestLayers implements LayerSource {
  private final Map<Digest, byte[]> tars = new ConcurrentHashMap<>();

  /** A layer with one file that compresses badly, at {@code data/<name>}. */
  Layer random(String name, int bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.putArchiveEntry(new TarArchiveEntry("data/"));
      tar.closeArchiveEntry();
      TarArchiveEntry entry = new TarArchiveEntry("data/" + name);
      entry.setSize(bytes);
      tar.putArchiveEntry(entry);
      tar.write(content(name, bytes));
      tar.closeArchiveEntry();
    }
    return add(out.toByteArray());
  }

  /** What {@link #random} puts into the file. */
  static byte[] content(String name, int bytes) {
    byte[] content = new byte[bytes];
    new Random(name.hashCode()).nextBytes(content);
    return content;
  }

  Layer add(byte[] tar) {
    Digest digest = Digest.of(tar);
    tars.put(digest, tar);
    return new Layer(digest, Descriptor.of(MediaTypes.OCI_LAYER, digest, tar.length));
  }

  @Override
  public InputStream open(Layer layer) throws IOException {
    byte[] tar = tars.get(layer.diffId());
    if (tar == null) {
      throw new FileNotFoundException("no blob of " + layer.diffId());
    }
    return new ByteArrayInputStream(tar);
  }

  /** A store that reads them, recovered. */
  LayerStore store(Path data, LayerImageStore images, DiskBudget budget) throws IOException {
    return store(data, this, images, budget);
  }

  static LayerStore store(Path data, LayerSource source, LayerImageStore images, DiskBudget budget)
      throws IOException {
    LayerStore store =
        new LayerStore(
            data,
            source,
            new LayerStoreSettings(images, budget, 0),
            IndexSink.NONE,
            Clock.systemUTC());
    store.recover();
    return store;
  }
}
