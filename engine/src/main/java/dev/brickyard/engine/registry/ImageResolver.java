package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds out what a reference means: which registry answers, which manifest, config and layers. */
final class ImageResolver {
  private static final int MAX_CONFIG_BYTES = 8 << 20;

  private final RegistrySettings settings;
  private final Manifests manifests;
  private final Blobs blobs;
  private final RetryingExchange exchange;
  private final DocumentCache cache;

  ImageResolver(
      RegistrySettings settings,
      Manifests manifests,
      Blobs blobs,
      RetryingExchange exchange,
      DocumentCache cache) {
    this.settings = settings;
    this.manifests = manifests;
    this.blobs = blobs;
    this.exchange = exchange;
    this.cache = cache;
  }

  ResolvedImage resolve(
      ImageReference reference, Platform platform, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    List<RegistryException> failures = new ArrayList<>();
    for (RepositoryLocation source : RepositoryLocation.sources(reference, settings)) {
      try {
        return resolveAt(source, reference, platform, credentials);
      } catch (RegistryException e) {
        failures.add(e);
      }
    }
    throw summary(reference, failures);
  }

  /**
   * What to say when no place had the image. A place that answered outweighs one that did not: the
   * user of a farm without the internet wants to hear that the mirror lacks the image.
   */
  private static RegistryException summary(
      ImageReference reference, List<RegistryException> failures) {
    if (failures.size() == 1) {
      return failures.getFirst();
    }
    RegistryException told =
        failures.stream()
            .filter(failure -> failure.code() == Code.PLATFORM_NOT_FOUND)
            .findFirst()
            .or(() -> failures.stream().filter(f -> f.code() == Code.IMAGE_NOT_FOUND).findFirst())
            .orElse(failures.getLast());
    String sentences =
        failures.stream().map(RegistryException::sentence).collect(Collectors.joining("; "));
    RegistryException summary =
        new RegistryException(
            told.code(),
            told.code() == Code.IMAGE_NOT_FOUND
                ? sentences
                : reference + " cannot be used: " + sentences,
            told);
    failures.stream().filter(failure -> failure != told).forEach(summary::addSuppressed);
    return summary;
  }

  private ResolvedImage resolveAt(
      RepositoryLocation location,
      ImageReference reference,
      Platform platform,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    String what = reference.toString();
    ManifestDocument document =
        manifests.fetch(location, reference.manifestName(), what, credentials);
    if (document.isIndex()) {
      Descriptor chosen = choose(document, reference, platform);
      document = manifests.fetch(location, chosen.digest().toString(), what, credentials);
    }
    if (!document.isManifest()) {
      throw new RegistryException(
          Code.UNSUPPORTED_IMAGE,
          "%s is of a kind that cannot be built on: %s".formatted(what, document.mediaType()));
    }
    Manifest manifest = parse(Manifest::parse, document.content(), what);
    ImageConfig config = fetchConfig(location, manifest.config(), what, credentials);
    return new ResolvedImage(
        reference,
        document.descriptor().forPlatform(config.platform()),
        manifest,
        config,
        layers(manifest, config, what),
        location);
  }

  private static Descriptor choose(
      ManifestDocument document, ImageReference reference, Platform platform)
      throws RegistryException {
    ImageIndex index = parse(ImageIndex::parse, document.content(), reference.toString());
    Optional<Descriptor> chosen = index.choose(platform);
    if (chosen.isEmpty()) {
      throw new RegistryException(
          Code.PLATFORM_NOT_FOUND,
          "%s is not available for %s, only for %s"
              .formatted(
                  reference,
                  platform,
                  index.platforms().stream()
                      .map(Platform::toString)
                      .collect(Collectors.joining(", "))));
    }
    return chosen.get();
  }

  private ImageConfig fetchConfig(
      RepositoryLocation location,
      Descriptor descriptor,
      String what,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    String user = Authorizer.fingerprint(credentials.find(location.registry()));
    DocumentCache.Key key = new DocumentCache.Key(location, user, descriptor.digest());
    Optional<ManifestDocument> known = cache.find(key);
    if (known.isPresent()) {
      return parse(ImageConfig::parse, known.get().content(), what);
    }
    if (descriptor.size() > MAX_CONFIG_BYTES) {
      throw new RegistryException(
          Code.UNSUPPORTED_IMAGE, "the config of %s is larger than 8 MiB".formatted(what));
    }
    byte[] content;
    try (InputStream in =
        new ResumingBlobStream(blobs, exchange, location, descriptor, credentials)) {
      content = in.readAllBytes();
    } catch (RegistryException e) {
      throw e;
    } catch (IOException e) {
      throw new RegistryException(
          Code.UNREACHABLE,
          "%s broke off sending the config of %s: %s"
              .formatted(location.registry(), what, RetryingExchange.reason(e)),
          e);
    }
    ImageConfig config = parse(ImageConfig::parse, content, what);
    cache.keep(key, new ManifestDocument(descriptor.mediaType(), content));
    return config;
  }

  private static List<Layer> layers(Manifest manifest, ImageConfig config, String what)
      throws RegistryException {
    if (manifest.layers().size() != config.diffIds().size()) {
      throw new RegistryException(
          Code.UNSUPPORTED_IMAGE,
          "%s has %d layers but its config names %d"
              .formatted(what, manifest.layers().size(), config.diffIds().size()));
    }
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < manifest.layers().size(); i++) {
      layers.add(new Layer(config.diffIds().get(i), manifest.layers().get(i)));
    }
    return layers;
  }

  private static <T> T parse(Function<byte[], T> parser, byte[] content, String what)
      throws RegistryException {
    try {
      return parser.apply(content);
    } catch (IllegalArgumentException e) {
      throw new RegistryException(
          Code.UNSUPPORTED_IMAGE, "%s cannot be used: %s".formatted(what, e.getMessage()), e);
    }
  }
}
