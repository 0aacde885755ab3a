package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RepositoryLocation;
import dev.brickyard.engine.snapshot.LayerSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;

/**
 * Knows where the compressed blob of a layer can be read: a file of this worker that is still being
 * stored, the registry its base image came from, or the farm's store.
 */
final class LayerBlobs implements LayerSource {
  private record Origin(RepositoryLocation location, RegistryCredentials credentials) {}

  /** Far more than the layers of all builds that can be under way. */
  private static final int REMEMBERED = 4096;

  private final BlobStore store;
  private final RegistryClient registry;
  private final ConcurrentMap<Digest, List<Path>> local = new ConcurrentHashMap<>();
  private final ConcurrentMap<Digest, Origin> origins = new ConcurrentHashMap<>();

  /** By the digest of a plain tar: the layer that was made of it. */
  private final Map<Digest, Layer> packedAs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Layer> eldest) {
          return size() > REMEMBERED;
        }
      };

  LayerBlobs(BlobStore store, RegistryClient registry) {
    this.store = store;
    this.registry = registry;
  }

  /** A layer was made here. */
  void made(NewLayer layer) {
    local.merge(
        layer.layer().blob().digest(),
        List.of(layer.blobFile()),
        (some, one) -> Stream.concat(some.stream(), one.stream()).toList());
  }

  /** A layer made here has been packed: its plain tar is given up for it. */
  void packed(NewLayer plain, NewLayer packed) throws IOException {
    made(packed);
    synchronized (packedAs) {
      packedAs.put(plain.layer().blob().digest(), packed.layer());
    }
    drop(plain);
  }

  /** The file of a layer made here is no longer needed. */
  void drop(NewLayer layer) throws IOException {
    local.computeIfPresent(
        layer.layer().blob().digest(),
        (digest, files) -> {
          List<Path> rest = files.stream().filter(f -> !f.equals(layer.blobFile())).toList();
          return rest.isEmpty() ? null : rest;
        });
    Files.deleteIfExists(layer.blobFile());
  }

  /** A layer was seen in an image of a registry. */
  void found(Layer layer, RepositoryLocation location, RegistryCredentials credentials) {
    origins.put(layer.blob().digest(), new Origin(location, credentials));
  }

  /** The repository where a layer was seen. */
  Optional<RepositoryLocation> foundAt(Layer layer) {
    return Optional.ofNullable(origins.get(layer.blob().digest())).map(Origin::location);
  }

  @Override
  public InputStream open(Layer layer) throws IOException, InterruptedException {
    Digest digest = layer.blob().digest();
    for (Path file : local.getOrDefault(digest, List.of())) {
      try {
        return Files.newInputStream(file);
      } catch (NoSuchFileException e) {
        // Packed, or stored and dropped, a moment ago.
      }
    }
    Layer packed;
    synchronized (packedAs) {
      packed = packedAs.get(digest);
    }
    if (packed != null && !packed.blob().digest().equals(digest)) {
      return open(packed);
    }
    return elsewhere(layer);
  }

  /**
   * Opens exactly the bytes that the layer's blob names: what is pushed or exported. {@link #open}
   * may give the same layer packed, where only its plain tar was known.
   */
  InputStream exact(Layer layer) throws IOException, InterruptedException {
    for (Path file : local.getOrDefault(layer.blob().digest(), List.of())) {
      try {
        return Files.newInputStream(file);
      } catch (NoSuchFileException e) {
        // Stored and dropped a moment ago.
      }
    }
    return elsewhere(layer);
  }

  private InputStream elsewhere(Layer layer) throws IOException, InterruptedException {
    Origin origin = origins.get(layer.blob().digest());
    if (origin != null) {
      return registry.openBlob(origin.location(), layer.blob(), origin.credentials());
    }
    return store.open(layer.blob().digest());
  }
}
