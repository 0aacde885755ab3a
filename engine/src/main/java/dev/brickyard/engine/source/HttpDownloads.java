package dev.brickyard.engine.source;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.LongConsumer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Fetches files over HTTP, as BuildKit's HTTP source does: redirects are followed, and a file whose
 * entity tag is known is not fetched again while the server still has the same. Safe for use by
 * many threads.
 */
public final class HttpDownloads implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final int NOT_MODIFIED = 304;

  private final OkHttpClient client;
  private final long maxBytes;

  public HttpDownloads(SourceSettings settings) {
    this.maxBytes = settings.maxBytes();
    this.client =
        new OkHttpClient.Builder()
            .socketFactory(new GuardedSockets(settings.egress()))
            .connectTimeout(CONNECT)
            .readTimeout(settings.stall())
            .writeTimeout(settings.stall())
            .build();
  }

  /** What the server said. */
  public sealed interface Answer {
    /** It still has what the entity tag stands for. */
    record Unchanged() implements Answer {}

    /**
     * The file.
     *
     * @param file on this disk, the caller's from now on
     * @param etag names this state of it, where the server gives it a name
     */
    record Received(
        Path file, long size, Digest digest, Optional<String> etag, Optional<Instant> lastModified)
        implements Answer {}
  }

  /**
   * Fetches a file.
   *
   * @param known the entity tag of what the caller has
   * @param directory where the file is made; nothing is left there when this throws
   * @param onBytes gets how many bytes there are so far, now and then
   * @throws BuildFailure of the user when the server cannot be reached, refuses or ends too early;
   *     code {@code source-too-large} when there is more than allowed
   * @throws IOException when the file cannot be written
   */
  public Answer get(
      RemoteSource.Http source, Optional<String> known, Path directory, LongConsumer onBytes)
      throws BuildFailure, IOException, InterruptedException {
    if (known.isPresent() && isUnchanged(source, known.get())) {
      return new Answer.Unchanged();
    }
    Request.Builder request = request(source);
    known.ifPresent(etag -> request.header("If-None-Match", etag));
    try (Response response = send(source, request.build())) {
      if (response.code() == NOT_MODIFIED && known.isPresent()) {
        return new Answer.Unchanged();
      }
      if (response.code() < 200 || response.code() >= 300) {
        throw unavailable(source, "invalid response status " + response.code(), null);
      }
      return receive(source, response, directory, onBytes);
    }
  }

  /** Some servers give entity tags and do not heed them: so a HEAD goes ahead, and is compared. */
  private boolean isUnchanged(RemoteSource.Http source, String etag)
      throws BuildFailure, InterruptedException {
    Request head = request(source).head().header("If-None-Match", etag).build();
    try (Response response = client.newCall(head).execute()) {
      Optional<String> now = etag(response);
      return (response.code() == NOT_MODIFIED && now.isEmpty())
          || ((response.code() == 200 || response.code() == NOT_MODIFIED)
              && now.filter(etag::equals).isPresent());
    } catch (IOException e) {
      checkInterrupted(e);
      // Whatever it is, the GET will meet it and say so.
      return false;
    }
  }

  private static Request.Builder request(RemoteSource.Http source) throws BuildFailure {
    try {
      return new Request.Builder().url(source.url()).header("User-Agent", "brickyard");
    } catch (IllegalArgumentException e) {
      throw BuildFailure.user(
          "bad-url", "\"" + source.shown() + "\" is no address: " + e.getMessage());
    }
  }

  private Response send(RemoteSource.Http source, Request request)
      throws BuildFailure, InterruptedException {
    try {
      return client.newCall(request).execute();
    } catch (IOException e) {
      checkInterrupted(e);
      throw unavailable(source, why(e), e);
    }
  }

  private Answer receive(
      RemoteSource.Http source, Response response, Path directory, LongConsumer onBytes)
      throws BuildFailure, IOException, InterruptedException {
    if (response.body().contentLength() > maxBytes) {
      throw tooLarge(source);
    }
    Path file = Files.createTempFile(directory, "download", "");
    boolean done = false;
    try (OutputStream out = Files.newOutputStream(file)) {
      MessageDigest sha256 = Digest.newSha256();
      InputStream body = response.body().byteStream();
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int n = read(source, body, buffer); n >= 0; n = read(source, body, buffer)) {
        size += n;
        if (size > maxBytes) {
          throw tooLarge(source);
        }
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
        onBytes.accept(size);
      }
      done = true;
      return new Answer.Received(
          file, size, Digest.of(sha256), etag(response), lastModified(response));
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static int read(RemoteSource.Http source, InputStream body, byte[] buffer)
      throws BuildFailure, InterruptedException {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      checkInterrupted(e);
      throw unavailable(source, "the answer broke off: " + why(e), e);
    }
  }

  /** Without the mark of a weak one, which says nothing here. */
  private static Optional<String> etag(Response response) {
    return Optional.ofNullable(response.header("ETag"))
        .map(value -> value.startsWith("W/") ? value.substring(2) : value)
        .filter(value -> !value.isEmpty());
  }

  private static Optional<Instant> lastModified(Response response) {
    String text = response.header("Last-Modified");
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      // As BuildKit does: a date that is none is not there.
      return Optional.empty();
    }
  }

  /** Reading says in its own words that the thread was interrupted. */
  private static void checkInterrupted(IOException e) throws InterruptedException {
    if (Thread.interrupted()) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private static String why(IOException e) {
    return switch (e) {
      case UnknownHostException unknown -> "the host is not known";
      case SocketTimeoutException timeout -> "the server did not answer in time";
      case ConnectException refused -> "nothing answers there";
      default -> String.valueOf(e.getMessage());
    };
  }

  private static BuildFailure unavailable(
      RemoteSource.Http source, String why, @Nullable IOException cause) {
    for (Throwable c = cause; c != null; c = c.getCause()) {
      if (c instanceof EgressDeniedException) {
        return BuildFailure.user("egress-denied", source.shown() + ": " + c.getMessage());
      }
    }
    return BuildFailure.user("source-unavailable", source.shown() + ": " + why);
  }

  private BuildFailure tooLarge(RemoteSource.Http source) {
    return BuildFailure.limit(
        "source-too-large", source.shown() + " is larger than the " + maxBytes + " bytes allowed");
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
