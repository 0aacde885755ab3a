package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The blobs endpoint (OCI distribution specification 1.1, "Pulling blobs", "Pushing blobs"). */
final class Blobs {
  /** An upload slower than this is taken for a dead one. */
  private static final long SLOWEST_BYTES_PER_SECOND = 64 * 1024;

  private final RegistryHttp http;
  private final RetryingExchange exchange;
  private final Duration answerTimeout;

  Blobs(RegistryHttp http, RetryingExchange exchange, Duration answerTimeout) {
    this.http = http;
    this.exchange = exchange;
    this.answerTimeout = answerTimeout;
  }

  /** Opens a blob for reading from an offset; the answer's status is 200 or 206. */
  HttpResponse<InputStream> get(
      RepositoryLocation location, Descriptor blob, long offset, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall call = RegistryCall.pull(location, "GET", location.uri("blobs/" + blob.digest()));
    if (offset > 0) {
      call = call.with("Range", "bytes=" + offset + "-");
    }
    HttpResponse<InputStream> response = http.send(call, credentials);
    if (response.statusCode() != 200 && response.statusCode() != 206) {
      throw Answers.pullRefused(
          response,
          "blob " + blob.digest() + " of " + location.repository(),
          location,
          Code.BLOB_NOT_FOUND);
    }
    return response;
  }

  /** Whether the repository has the blob. */
  boolean has(RepositoryLocation location, Digest digest, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(
            RegistryCall.push(location, "HEAD", location.uri("blobs/" + digest)), credentials);
    if (response.statusCode() == 401 || response.statusCode() == 403) {
      throw Answers.pushRefused(response, "a blob", location);
    }
    Manifests.discard(response);
    return response.statusCode() == 200;
  }

  /** Puts the blob there, by mounting it where that works, else by uploading it. */
  PushedBlob push(
      RepositoryLocation target,
      Descriptor blob,
      Optional<RepositoryLocation> sibling,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return pushOnce(target, blob, sibling, source, credentials);
      } catch (RegistryException e) {
        boolean passing = e.code() == Code.UNREACHABLE || e.code() == Code.UNAVAILABLE;
        if (!passing || attempt >= exchange.attempts()) {
          throw e;
        }
      }
      exchange.pauseAfter(attempt);
    }
  }

  private PushedBlob pushOnce(
      RepositoryLocation target,
      Descriptor blob,
      Optional<RepositoryLocation> sibling,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall start = startOf(target, blob, sibling);
    HttpResponse<InputStream> started = http.send(start, credentials);
    boolean refusedMount =
        sibling.isPresent() && started.statusCode() >= 400 && started.statusCode() < 500;
    if (refusedMount) {
      // The login may push here but not read there: no reason to give up.
      Manifests.discard(started);
      start = startOf(target, blob, Optional.empty());
      started = http.send(start, credentials);
    }
    if (started.statusCode() == 201) {
      Manifests.discard(started);
      return PushedBlob.MOUNTED;
    }
    if (started.statusCode() != 202) {
      throw Answers.pushRefused(started, "a blob", target);
    }
    Manifests.discard(started);
    upload(target, RegistryHttp.target(start, started), blob, source, credentials);
    return PushedBlob.UPLOADED;
  }

  private static RegistryCall startOf(
      RepositoryLocation target, Descriptor blob, Optional<RepositoryLocation> sibling) {
    String mount =
        sibling.map(from -> "?mount=" + blob.digest() + "&from=" + from.repository()).orElse("");
    RegistryCall call = RegistryCall.push(target, "POST", target.uri("blobs/uploads/" + mount));
    return sibling.map(call::mounting).orElse(call);
  }

  private void upload(
      RepositoryLocation target,
      URI session,
      Descriptor blob,
      BlobSource source,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    String separator = session.getRawQuery() == null ? "?" : "&";
    URI put = URI.create(session + separator + "digest=" + blob.digest());
    AtomicReference<@Nullable IOException> sourceFailure = new AtomicReference<>();
    RegistryCall call =
        RegistryCall.push(target, "PUT", put)
            .with("Content-Type", "application/octet-stream")
            .with(() -> body(blob, source, sourceFailure))
            .onceWithin(answerTimeout.plusSeconds(blob.size() / SLOWEST_BYTES_PER_SECOND));
    HttpResponse<InputStream> response;
    try {
      response = http.send(call, credentials);
    } catch (RegistryException e) {
      IOException failure = sourceFailure.get();
      throw failure == null ? e : sourceFailed(blob, failure);
    }
    if (response.statusCode() != 201 && response.statusCode() != 204) {
      throw Answers.pushRefused(response, "blob " + blob.digest(), target);
    }
    Manifests.discard(response);
  }

  private static BodyPublisher body(
      Descriptor blob, BlobSource source, AtomicReference<@Nullable IOException> failure) {
    if (blob.size() == 0) {
      return BodyPublishers.noBody();
    }
    BodyPublisher stream =
        BodyPublishers.ofInputStream(
            () -> {
              try {
                return new RememberingFailure(source.open(), failure);
              } catch (IOException e) {
                failure.set(e);
                return new RememberingFailure(InputStream.nullInputStream(), failure);
              }
            });
    return BodyPublishers.fromPublisher(stream, blob.size());
  }

  private static RegistryException sourceFailed(Descriptor blob, IOException failure) {
    return failure instanceof RegistryException registry
        ? registry
        : new RegistryException(
            Code.SOURCE_FAILED,
            "blob %s could not be read to push it: %s"
                .formatted(blob.digest(), RetryingExchange.reason(failure)),
            failure);
  }

  /** Tells a failure to read the content from a failure to send it. */
  private static final class RememberingFailure extends FilterInputStream {
    private final AtomicReference<@Nullable IOException> failure;

    RememberingFailure(InputStream in, AtomicReference<@Nullable IOException> failure) {
      super(in);
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failure.set(e);
        throw e;
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (IOException e) {
        failure.set(e);
        throw e;
      }
    }
  }
}
