package dev.brickyard.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;

/**
 * The manifests endpoint (OCI distribution specification 1.1, "Pulling" and "Pushing manifests").
 */
final class Manifests {
  /** What the specification asks registries to accept, and so the most there is. */
  static final int MAX_BYTES = 4 << 20;

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_LIST,
          MediaTypes.DOCKER_MANIFEST);

  private final RegistryHttp http;
  private final DocumentCache cache;

  Manifests(RegistryHttp http, DocumentCache cache) {
    this.http = http;
    this.cache = cache;
  }

  /**
   * Fetches a manifest or index, with as little traffic as will do: none when the digest is known,
   * a HEAD when the tag still points at something known.
   *
   * @param name tag or digest
   * @param what the image, for messages
   */
  ManifestDocument fetch(
      RepositoryLocation location, String name, String what, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    String user = Authorizer.fingerprint(credentials.find(location.registry()));
    if (name.startsWith("sha256:")) {
      Digest digest = Digest.parse(name);
      Optional<ManifestDocument> known = cache.find(new DocumentCache.Key(location, user, digest));
      return known.isPresent()
          ? known.get()
          : get(location, name, Optional.of(digest), what, user, credentials);
    }
    Optional<ManifestDocument> last =
        cache
            .lastSeen(location, user, name)
            .flatMap(digest -> cache.find(new DocumentCache.Key(location, user, digest)));
    if (last.isPresent()
        && head(location, name, what, credentials)
            .equals(Optional.of(last.get().descriptor().digest()))) {
      return last.get();
    }
    ManifestDocument document = get(location, name, Optional.empty(), what, user, credentials);
    cache.saw(location, user, name, document.descriptor().digest());
    return document;
  }

  /** The digest the registry has under this name; empty when it has none or does not say. */
  private Optional<Digest> head(
      RepositoryLocation location, String name, String what, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall call =
        RegistryCall.pull(location, "HEAD", location.uri("manifests/" + name))
            .with("Accept", ACCEPT);
    HttpResponse<InputStream> response = http.send(call, credentials);
    discard(response);
    return switch (response.statusCode()) {
      case 200 -> digestHeader(response);
      case 404 ->
          throw new RegistryException(
              Code.IMAGE_NOT_FOUND, "%s was not found in %s".formatted(what, location.registry()));
      default -> Optional.empty();
    };
  }

  /** Whether the repository holds a manifest of this digest. */
  boolean has(RepositoryLocation location, Digest digest, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall call =
        RegistryCall.push(location, "HEAD", location.uri("manifests/" + digest))
            .with("Accept", ACCEPT);
    HttpResponse<InputStream> response = http.send(call, credentials);
    if (response.statusCode() == 401 || response.statusCode() == 403) {
      throw Answers.pushRefused(response, "a manifest", location);
    }
    discard(response);
    return response.statusCode() == 200;
  }

  private ManifestDocument get(
      RepositoryLocation location,
      String name,
      Optional<Digest> expected,
      String what,
      String user,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall call =
        RegistryCall.pull(location, "GET", location.uri("manifests/" + name))
            .with("Accept", ACCEPT);
    HttpResponse<InputStream> response = http.send(call, credentials);
    if (response.statusCode() != 200) {
      throw Answers.pullRefused(response, what, location, Code.IMAGE_NOT_FOUND);
    }
    byte[] content = read(response, what, location);
    Digest digest = Digest.of(content);
    Optional<Digest> promised = expected.isPresent() ? expected : digestHeader(response);
    if (promised.isPresent() && !promised.get().equals(digest)) {
      throw new RegistryException(
          Code.CORRUPT,
          "%s answered with a manifest of %s that is not %s but %s"
              .formatted(location.registry(), what, promised.get(), digest));
    }
    ManifestDocument document = new ManifestDocument(mediaType(response, content), content);
    cache.keep(new DocumentCache.Key(location, user, digest), document);
    return document;
  }

  private static byte[] read(
      HttpResponse<InputStream> response, String what, RepositoryLocation location)
      throws RegistryException {
    try (InputStream body = response.body()) {
      byte[] content = body.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw new RegistryException(
            Code.UNSUPPORTED_IMAGE,
            "the manifest of %s in %s is larger than 4 MiB".formatted(what, location.registry()));
      }
      return content;
    } catch (RegistryException e) {
      throw e;
    } catch (IOException e) {
      throw new RegistryException(
          Code.UNREACHABLE,
          "%s broke off its answer: %s".formatted(location.registry(), RetryingExchange.reason(e)),
          e);
    }
  }

  /** What the header says; where it says nothing of use, what the document says of itself. */
  private static String mediaType(HttpResponse<?> response, byte[] content) {
    String header = response.headers().firstValue("Content-Type").orElse("");
    String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (type.startsWith("application/vnd.")) {
      return type;
    }
    try {
      JsonNode json = new ObjectMapper().readTree(content);
      String said = json.path("mediaType").asText("");
      if (!said.isEmpty()) {
        return said;
      }
      return json.has("manifests") ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST;
    } catch (IOException e) {
      return type;
    }
  }

  /** Stores a manifest or index under a tag or its digest; replaces what a tag pointed at. */
  void push(
      RepositoryLocation location,
      String name,
      ManifestDocument document,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    Descriptor descriptor = document.descriptor();
    RegistryCall call =
        RegistryCall.push(location, "PUT", location.uri("manifests/" + name))
            .with("Content-Type", document.mediaType())
            .with(() -> BodyPublishers.ofByteArray(document.content()));
    HttpResponse<InputStream> response = put(call, name, location, credentials);
    Optional<Digest> stored = digestHeader(response);
    if (stored.isPresent() && !stored.get().equals(descriptor.digest())) {
      throw new RegistryException(
          Code.CORRUPT,
          "%s stored the manifest %s of %s as %s"
              .formatted(
                  location.registry(), descriptor.digest(), location.repository(), stored.get()));
    }
    String user = Authorizer.fingerprint(credentials.find(location.registry()));
    cache.keep(new DocumentCache.Key(location, user, descriptor.digest()), document);
  }

  /**
   * Puts a manifest. A registry that says its digest is wrong is asked again: ours is right, and
   * the distribution server says so when many push the same manifest at the same moment.
   */
  private HttpResponse<InputStream> put(
      RegistryCall call, String name, RepositoryLocation location, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<InputStream> response = http.send(call, credentials);
      if (response.statusCode() == 201 || response.statusCode() == 200) {
        discard(response);
        return response;
      }
      Answers.Refusal refusal = Answers.Refusal.read(response);
      if (!refusal.isOfDigest() || attempt >= http.attempts()) {
        throw refusal.ofPush("the manifest " + name, location);
      }
      http.pauseAfter(attempt);
    }
  }

  private static Optional<Digest> digestHeader(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Docker-Content-Digest")
        .filter(text -> text.matches("sha256:[0-9a-f]{64}"))
        .map(Digest::parse);
  }

  static void discard(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      // Reading a short rest lets the connection be used again.
      body.readNBytes(64 * 1024);
    } catch (IOException e) {
      // Its content is not wanted.
    }
  }
}
