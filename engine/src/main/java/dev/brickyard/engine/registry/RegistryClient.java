package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * Speaks to OCI registries (OCI distribution specification 1.1). Safe for use by many threads; one
 * per process is best, as it keeps connections, tokens and documents.
 *
 * <p>Every method sends again, with growing pauses, what failed because the registry was away,
 * broken (5xx) or overloaded (429), and nothing else. What still fails is a {@link
 * RegistryException} with a code and one sentence.
 */
public final class RegistryClient implements AutoCloseable {
  private static final long DOCUMENT_CACHE_BYTES = 32L << 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final RegistrySettings settings;
  private final HttpClient httpClient;
  private final RetryingExchange exchange;
  private final Manifests manifests;
  private final Blobs blobs;
  private final ImageResolver resolver;

  /** A client with these settings; it opens no connection yet. */
  public RegistryClient(RegistrySettings settings) {
    this(settings, Pauses.SLEEPING, new SecureRandom(), InstantSource.system());
  }

  RegistryClient(
      RegistrySettings settings, Pauses pauses, RandomGenerator random, InstantSource clock) {
    this.settings = settings;
    this.httpClient =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    this.exchange = new RetryingExchange(httpClient, settings, pauses, random, clock);
    RegistryHttp http =
        new RegistryHttp(
            exchange,
            new Authorizer(exchange, clock, settings.answerTimeout()),
            settings.answerTimeout());
    DocumentCache cache = new DocumentCache(DOCUMENT_CACHE_BYTES);
    this.manifests = new Manifests(http, cache);
    this.blobs = new Blobs(http, exchange, settings.answerTimeout());
    this.resolver = new ImageResolver(settings, manifests, blobs, exchange, cache);
  }

  /**
   * Looks an image up for a platform: in the registry's mirrors first, then in the registry. Costs
   * one HEAD request when the tag still points at what was seen before, none for a known digest. An
   * image without an index is returned whatever its platform, as BuildKit does: compare {@code
   * config().platform()}.
   *
   * @throws RegistryException IMAGE_NOT_FOUND, PLATFORM_NOT_FOUND (naming those it has),
   *     UNSUPPORTED_IMAGE, UNAUTHORIZED, UNREACHABLE, UNAVAILABLE, CORRUPT
   */
  public ResolvedImage resolve(
      ImageReference reference, Platform platform, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return resolver.resolve(reference, platform, credentials);
  }

  /**
   * Opens a blob, of any size. The stream checks the digest: the read that would return the last
   * bytes of wrong content throws {@link RegistryException} CORRUPT instead. A broken connection is
   * taken up where it broke, a bounded number of times.
   */
  public InputStream openBlob(
      RepositoryLocation location, Descriptor blob, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return new ResumingBlobStream(blobs, exchange, location, blob, credentials);
  }

  /** Where images of this name are pushed to. */
  public RepositoryLocation locationOf(ImageReference reference) {
    return RepositoryLocation.origin(reference, settings);
  }

  /** Whether the repository holds the blob. */
  public boolean hasBlob(
      RepositoryLocation location, Digest digest, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return blobs.has(location, digest, credentials);
  }

  /**
   * Makes sure that the repository has the blob: looks, then mounts it from the sibling (where that
   * is a repository of the same registry), then uploads it as a stream. Harmless to repeat.
   *
   * @param sibling where the blob is known to be
   * @param source opened once for each attempt to upload, and only then
   */
  public PushedBlob pushBlob(
      RepositoryLocation target,
      Descriptor blob,
      Optional<RepositoryLocation> sibling,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    if (blobs.has(target, blob.digest(), credentials)) {
      return PushedBlob.PRESENT;
    }
    return uploadBlob(target, blob, sibling, source, credentials);
  }

  /** Like {@link #pushBlob}, without looking first: for a blob that is not there. */
  PushedBlob uploadBlob(
      RepositoryLocation target,
      Descriptor blob,
      Optional<RepositoryLocation> sibling,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return blobs.push(target, blob, sibling.filter(target::isSiblingOf), source, credentials);
  }

  /** Whether the repository holds the manifest or index. */
  public boolean hasManifest(
      RepositoryLocation location, Digest digest, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return manifests.has(location, digest, credentials);
  }

  /** Stores a manifest or index by its digest. Harmless to repeat. */
  public Descriptor pushManifest(
      RepositoryLocation location,
      String mediaType,
      byte[] content,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    ManifestDocument document = new ManifestDocument(mediaType, content.clone());
    Descriptor descriptor = document.descriptor();
    manifests.push(location, descriptor.digest().toString(), document, credentials);
    return descriptor;
  }

  /** Makes a tag point at this manifest or index, storing it by the way. */
  public Descriptor tag(
      RepositoryLocation location,
      String tag,
      String mediaType,
      byte[] content,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    ManifestDocument document = new ManifestDocument(mediaType, content.clone());
    manifests.push(location, tag, document, credentials);
    return document.descriptor();
  }

  /** The bytes of a manifest or index, from memory where they were seen before. */
  public byte[] manifest(
      RepositoryLocation location, Digest digest, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    return manifests
        .fetch(location, digest.toString(), location + "@" + digest, credentials)
        .content()
        .clone();
  }

  /** Ends idle connections; requests under way fail. */
  @Override
  public void close() {
    httpClient.shutdownNow();
  }
}
