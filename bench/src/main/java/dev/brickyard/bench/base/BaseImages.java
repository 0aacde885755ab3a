package dev.brickyard.bench.base;

import dev.brickyard.bench.BenchException;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.History;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.BlobSource;
import dev.brickyard.engine.registry.ImagePublisher;
import dev.brickyard.engine.registry.ImagePusher;
import dev.brickyard.engine.registry.ImageToPush;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.base.DebianLayer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Sees to it that base images are in the registry; their layers are kept in a folder. */
public final class BaseImages {
  private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String SUITE = "bookworm";

  private final Path cache;
  private final Consumer<String> progress;

  /**
   * @param cache where layers are kept; made when missing
   * @param progress gets lines to show
   */
  public BaseImages(Path cache, Consumer<String> progress) {
    this.cache = cache;
    this.progress = progress;
  }

  /** Makes the image unless its layers are kept, and pushes it. */
  public void push(Base base, String registryHost)
      throws IOException, BenchException, InterruptedException {
    ImageReference target = ImageReference.parse(registryHost + "/" + base.repository() + ":1");
    ImageConfig config =
        ImageConfig.empty(Platform.current())
            .withCreated(CREATED)
            .withConfig(ContainerConfig.EMPTY.withEnv("PATH", PATH).withCmd(List.of("sh")));
    List<ImageToPush.PushableLayer> layers = new ArrayList<>();
    for (KeptLayer kept : layers(base)) {
      config = config.plusLayer(kept.layer().diffId(), History.layer(CREATED, "mmdebstrap", ""));
      layers.add(
          new ImageToPush.PushableLayer(
              kept.layer(), Optional.empty(), BlobSource.of(kept.blob())));
    }
    RegistrySettings settings = RegistrySettings.DEFAULT.withInsecure(Set.of(registryHost));
    try (RegistryClient client = new RegistryClient(settings)) {
      Descriptor manifest =
          new ImagePusher(client)
              .push(new ImageToPush(config, layers), List.of(target), RegistryCredentials.NONE);
      new ImagePublisher(client)
          .publish(List.of(manifest), List.of(target), RegistryCredentials.NONE);
    }
  }

  /** The only layer of an image that has one, as a tar; made when it is not kept. */
  public Path blob(Base base) throws IOException, BenchException, InterruptedException {
    return layers(base).getFirst().blob();
  }

  /** Layers, the lowest first. */
  private List<KeptLayer> layers(Base base)
      throws IOException, BenchException, InterruptedException {
    String name = SUITE + "-" + base.name().toLowerCase(Locale.ROOT);
    DebianLayer debian = new DebianLayer(cache, name, SUITE, Platform.current(), base.options());
    if (!debian.exists()) {
      progress.accept("making the base image " + base.repository() + " with mmdebstrap");
    }
    Layer whole;
    try {
      whole = debian.layer(_ -> {});
    } catch (YardException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
    if (base.upperLayers().isEmpty()) {
      return List.of(new KeptLayer(whole, debian.blob()));
    }
    return new SplitLayer(debian.blob(), base.upperLayers()).layers();
  }
}
