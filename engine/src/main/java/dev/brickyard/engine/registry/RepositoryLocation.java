package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.ImageReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a repository really is: after Docker Hub's address, plain-HTTP settings and mirrors have
 * been applied.
 *
 * @param registry host (and port) whose credentials are used and that messages name
 * @param endpoint scheme and authority, without a path
 * @param repository name at that endpoint
 */
public record RepositoryLocation(String registry, URI endpoint, String repository) {
  private static final Pattern LOOPBACK =
      Pattern.compile("(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d+)?");

  /** The registry itself, where pushes go. */
  static RepositoryLocation origin(ImageReference reference, RegistrySettings settings) {
    String registry = reference.registry();
    String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
    boolean plain =
        settings.insecure().contains(registry)
            || LOOPBACK.matcher(registry.toLowerCase(Locale.ROOT)).matches();
    return new RepositoryLocation(
        registry, URI.create((plain ? "http://" : "https://") + host), reference.repository());
  }

  /** Every place to pull from, in the order to try. */
  static List<RepositoryLocation> sources(ImageReference reference, RegistrySettings settings) {
    List<Mirror> mirrors = settings.mirrors().getOrDefault(reference.registry(), List.of());
    List<RepositoryLocation> sources = new ArrayList<>();
    for (Mirror mirror : mirrors) {
      sources.add(mirrored(mirror.endpoint(), reference.repository()));
    }
    if (mirrors.stream().noneMatch(Mirror::only)) {
      sources.add(origin(reference, settings));
    }
    return sources;
  }

  private static RepositoryLocation mirrored(URI mirror, String repository) {
    String prefix = mirror.getPath().replaceAll("^/+|/+$", "");
    return new RepositoryLocation(
        mirror.getAuthority(),
        URI.create(mirror.getScheme() + "://" + mirror.getAuthority()),
        prefix.isEmpty() ? repository : prefix + "/" + repository);
  }

  /** An address below this repository, such as {@code manifests/latest}. */
  URI uri(String rest) {
    return URI.create(endpoint + "/v2/" + repository + "/" + rest);
  }

  /** Whether blobs can be mounted from the other repository: the same registry, another name. */
  boolean isSiblingOf(RepositoryLocation other) {
    return endpoint.equals(other.endpoint) && !repository.equals(other.repository);
  }

  /** {@code registry/repository} */
  @Override
  public String toString() {
    return registry + "/" + repository;
  }
}
