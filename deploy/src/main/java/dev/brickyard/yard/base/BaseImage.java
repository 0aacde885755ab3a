package dev.brickyard.yard.base;

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
import dev.brickyard.engine.registry.Mirror;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistryException;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.yard.YardException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Sees to it that a Debian base image can be pulled: from Docker Hub where that is reached, else
 * from the local registry, which is Docker Hub's mirror in the yard and gets an image of Debian's
 * packages under the same name.
 */
public final class BaseImage {
  private static final String SUITE = "bookworm";

  /** What is made where it cannot be pulled. */
  public static final ImageReference REFERENCE =
      ImageReference.parse("docker.io/library/debian:bookworm-slim");

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final String registryHost;
  private final Path cache;
  private final Consumer<String> progress;

  /**
   * @param registryHost the local registry's host and port
   * @param cache where layers that were made are kept
   * @param progress gets lines to show, from several threads
   */
  public BaseImage(String registryHost, Path cache, Consumer<String> progress) {
    this.registryHost = registryHost;
    this.cache = cache;
    this.progress = progress;
  }

  /** Returns when the image can be pulled for all of these platforms. */
  public void ensure(List<Platform> platforms)
      throws IOException, YardException, InterruptedException {
    RegistrySettings settings =
        RegistrySettings.DEFAULT
            .withMirrors(Map.of(REFERENCE.registry(), List.of(Mirror.at("http://" + registryHost))))
            .withRetries(1, Duration.ofMillis(100))
            .withAnswerTimeout(Duration.ofSeconds(5));
    try (RegistryClient client = new RegistryClient(settings)) {
      Optional<String> obstacle = obstacle(client, platforms);
      if (obstacle.isEmpty()) {
        return;
      }
      progress.accept(obstacle.get());
    }
    make(platforms);
  }

  /** Why it cannot be pulled; empty, having said where it comes from, when it can. */
  private Optional<String> obstacle(RegistryClient client, List<Platform> platforms)
      throws InterruptedException {
    try {
      String from = "";
      for (Platform platform : platforms) {
        from = client.resolve(REFERENCE, platform, RegistryCredentials.NONE).location().registry();
      }
      progress.accept(REFERENCE + " is there: " + from + " has it.");
      return Optional.empty();
    } catch (RegistryException e) {
      return Optional.of(
          REFERENCE + " cannot be pulled (" + e.sentence() + "), so it is made with mmdebstrap.");
    }
  }

  /** Makes and pushes it, whether it could be pulled or not. */
  void make(List<Platform> platforms) throws IOException, YardException, InterruptedException {
    Files.createDirectories(cache);
    ImageReference target =
        ImageReference.parse(registryHost + "/" + REFERENCE.repository() + ":" + tag());
    try (RegistryClient client = new RegistryClient(RegistrySettings.DEFAULT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ImagePusher pusher = new ImagePusher(client);
      List<Future<Descriptor>> pushes = new ArrayList<>();
      for (Platform platform : platforms) {
        pushes.add(threads.submit(() -> push(pusher, platform, target)));
      }
      List<Descriptor> manifests = new ArrayList<>();
      for (Future<Descriptor> push : pushes) {
        manifests.add(push.get());
      }
      Descriptor published =
          new ImagePublisher(client).publish(manifests, List.of(target), RegistryCredentials.NONE);
      progress.accept("pushed as " + target + ", " + published.digest());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof YardException failure) {
        throw failure;
      }
      throw new YardException("the base image could not be made: " + e.getCause(), e.getCause());
    }
  }

  private Descriptor push(ImagePusher pusher, Platform platform, ImageReference target)
      throws IOException, YardException, InterruptedException {
    DebianLayer debian = new DebianLayer(cache, SUITE, platform);
    if (debian.exists()) {
      progress.accept(platform + ": was made before");
    }
    Layer layer = debian.layer(line -> progress.accept(platform + ": " + line));
    Instant created =
        Files.getLastModifiedTime(debian.blob()).toInstant().truncatedTo(ChronoUnit.SECONDS);
    ImageConfig config =
        ImageConfig.empty(platform)
            .withCreated(created)
            .withConfig(ContainerConfig.EMPTY.withEnv("PATH", PATH).withCmd(List.of("bash")))
            .plusLayer(
                layer.diffId(),
                History.layer(created, "mmdebstrap --variant=minbase " + SUITE, "brickyard"));
    progress.accept(
        "%s: pushing %d MB".formatted(platform, Math.ceilDiv(layer.blob().size(), 1_000_000)));
    return pusher.push(
        new ImageToPush(
            config,
            List.of(
                new ImageToPush.PushableLayer(
                    layer, Optional.empty(), BlobSource.of(debian.blob())))),
        List.of(target),
        RegistryCredentials.NONE);
  }

  private static String tag() {
    return REFERENCE.tag().orElseThrow();
  }
}
