package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.graph.BaseImage;
import dev.brickyard.engine.graph.BaseImages;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistryException;
import dev.brickyard.engine.registry.ResolvedImage;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The images one build names, looked up in their registries, each once. */
final class RegistryImages implements BaseImages {
  private record Wanted(ImageReference reference, Platform platform) {}

  private final RegistryClient registry;
  private final RegistryCredentials credentials;
  private final LayerBlobs blobs;
  private final ExecutorService threads;
  private final Map<Wanted, Future<BaseImage>> lookups = new ConcurrentHashMap<>();

  /**
   * @param threads of the build: their end cancels lookups
   */
  RegistryImages(
      RegistryClient registry,
      RegistryCredentials credentials,
      LayerBlobs blobs,
      ExecutorService threads) {
    this.registry = registry;
    this.credentials = credentials;
    this.blobs = blobs;
    this.threads = threads;
  }

  @Override
  public void expect(ImageReference reference, Platform platform) {
    var _ = lookup(new Wanted(reference, platform));
  }

  private Future<BaseImage> lookup(Wanted wanted) {
    return lookups.computeIfAbsent(wanted, w -> threads.submit(() -> resolve(w)));
  }

  @Override
  public BaseImage find(ImageReference reference, Platform platform)
      throws BuildFailure, InterruptedException {
    try {
      return lookup(new Wanted(reference, platform)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RegistryException failure) {
        throw failure.toBuildFailure();
      }
      throw BuildFailure.farm(
          "registry-unavailable", reference + " could not be looked up", e.getCause());
    }
  }

  private BaseImage resolve(Wanted wanted) throws RegistryException, InterruptedException {
    ResolvedImage image = registry.resolve(wanted.reference(), wanted.platform(), credentials);
    for (Layer layer : image.layers()) {
      blobs.found(layer, image.location(), credentials);
    }
    ImageReference asked = wanted.reference();
    ImageReference exact =
        new ImageReference(
            asked.registry(),
            asked.repository(),
            asked.tag(),
            Optional.of(image.descriptor().digest()));
    return new BaseImage(exact, image.config(), image.layers());
  }
}
