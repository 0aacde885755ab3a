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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Knows where the compressed blob of a layer can be read: a file of this worker that is still being
 * stored, the registry its base image came from, or the farm's store.
 */
final class LayerBlobs implements LayerSource {
  private record Origin(RepositoryLocation location, RegistryCredentials credentials) {}

  private final BlobStore store;
  private final RegistryClient registry;
  private final ConcurrentMap<Digest, Path> local = new ConcurrentHashMap<>();
  private final ConcurrentMap<Digest, Origin> origins = new ConcurrentHashMap<>();

  LayerBlobs(BlobStore store, RegistryClient registry) {
    this.store = store;
    this.registry = registry;
  }

  /** A layer was made here. */
  void made(NewLayer layer) {
    local.put(layer.layer().blob().digest(), layer.blobFile());
  }

  /** The file of a layer made here is no longer needed. */
  void drop(NewLayer layer) throws IOException {
    local.remove(layer.layer().blob().digest(), layer.blobFile());
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
    Path file = local.get(digest);
    if (file != null) {
      try {
        return Files.newInputStream(file);
      } catch (NoSuchFileException e) {
        // Stored and dropped a moment ago: the store has it.
      }
    }
    Origin origin = origins.get(digest);
    if (origin != null) {
      return registry.openBlob(origin.location(), layer.blob(), origin.credentials());
    }
    return store.open(digest);
  }
}
