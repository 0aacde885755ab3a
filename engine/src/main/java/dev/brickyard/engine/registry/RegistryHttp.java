package dev.brickyard.engine.registry;

import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Sends calls to registries: authenticated when asked for it, redirects of reads followed. A login
 * or token goes to the registry's own address only, never along a redirect to another.
 */
final class RegistryHttp {
  private static final int MAX_REDIRECTS = 5;

  private final RetryingExchange exchange;
  private final Authorizer authorizer;
  private final Duration timeout;

  RegistryHttp(RetryingExchange exchange, Authorizer authorizer, Duration timeout) {
    this.exchange = exchange;
    this.authorizer = authorizer;
    this.timeout = timeout;
  }

  /**
   * Sends a call.
   *
   * @return the answer, whose body the caller closes; 401 only when no login helps; never 429 or
   *     5xx unless the call is to be sent once
   */
  HttpResponse<InputStream> send(RegistryCall call, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    RegistryCall next = call;
    for (int redirects = 0; ; redirects++) {
      HttpResponse<InputStream> response = sendAuthorized(next, credentials);
      boolean read = call.method().equals("GET") || call.method().equals("HEAD");
      if (!read || !isRedirect(response.statusCode())) {
        return response;
      }
      close(response);
      if (redirects == MAX_REDIRECTS) {
        throw new RegistryException(
            Code.UNAVAILABLE, call.location().registry() + " redirects without end");
      }
      next = next.to(target(next, response));
    }
  }

  /** How often a call is sent whose answer may be another one the next time. */
  int attempts() {
    return exchange.attempts();
  }

  /** Waits as before the next attempt. */
  void pauseAfter(int attempt) throws InterruptedException {
    exchange.pauseAfter(attempt);
  }

  private HttpResponse<InputStream> sendAuthorized(
      RegistryCall call, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    if (!sameOrigin(call.uri(), call.location().endpoint())) {
      return sendWith(Optional.empty(), call);
    }
    Optional<String> header = authorizer.header(call, credentials);
    HttpResponse<InputStream> response = sendWith(header, call);
    if (response.statusCode() != 401) {
      return response;
    }
    Optional<String> better = authorizer.answer(response, header, call, credentials);
    if (better.isEmpty()) {
      return response;
    }
    close(response);
    return sendWith(better, call);
  }

  private HttpResponse<InputStream> sendWith(Optional<String> authorization, RegistryCall call)
      throws RegistryException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .method(call.method(), call.body().get())
            .timeout(call.timeout().orElse(timeout))
            .header("User-Agent", "brickyard");
    call.headers().forEach(request::header);
    authorization.ifPresent(value -> request.header("Authorization", value));
    String host =
        sameOrigin(call.uri(), call.location().endpoint())
            ? call.location().registry()
            : call.uri().getAuthority();
    return call.once()
        ? exchange.sendOnce(request.build(), host)
        : exchange.send(request.build(), host);
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /** Where a {@code Location} header leads; never from TLS to plain HTTP. */
  static URI target(RegistryCall call, HttpResponse<?> response) throws RegistryException {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI target = call.uri().resolve(location);
      boolean web = "http".equals(target.getScheme()) || "https".equals(target.getScheme());
      boolean downgrade =
          "https".equals(call.uri().getScheme()) && "http".equals(target.getScheme());
      if (!location.isEmpty() && web && target.getHost() != null && !downgrade) {
        return target;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the text.
    }
    throw new RegistryException(
        Code.UNAVAILABLE,
        "%s sends us to an address that cannot be used: \"%s\""
            .formatted(call.location().registry(), location));
  }

  static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme())
        && one.getHost().toLowerCase(Locale.ROOT).equals(other.getHost().toLowerCase(Locale.ROOT))
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // Its content is not wanted.
    }
  }
}
