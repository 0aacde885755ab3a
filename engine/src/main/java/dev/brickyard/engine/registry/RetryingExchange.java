package dev.brickyard.engine.registry;

import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Sends single requests, again after a pause when the other side is away (no connection, 5xx) or
 * wants less (429). Knows nothing of registries: no credentials, no redirects.
 */
final class RetryingExchange {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final RegistrySettings settings;
  private final Pauses pauses;
  private final RandomGenerator random;
  private final InstantSource clock;

  RetryingExchange(
      HttpClient http,
      RegistrySettings settings,
      Pauses pauses,
      RandomGenerator random,
      InstantSource clock) {
    this.http = http;
    this.settings = settings;
    this.pauses = pauses;
    this.random = random;
    this.clock = clock;
  }

  /**
   * Sends a request that may be sent twice.
   *
   * @param host as messages name it
   * @return any answer but 429 and 5xx; the caller closes its body
   * @throws RegistryException UNREACHABLE or UNAVAILABLE, after the last attempt
   */
  HttpResponse<InputStream> send(HttpRequest request, String host)
      throws RegistryException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt >= settings.attempts();
      Duration pause = backoff(attempt);
      try {
        HttpResponse<InputStream> response = http.send(request, bodies());
        int status = response.statusCode();
        if (status != 429 && status < 500) {
          return response;
        }
        response.body().close();
        if (last) {
          throw unavailable(request, host, status);
        }
        pause = retryAfter(response).orElse(pause);
      } catch (RegistryException e) {
        throw e;
      } catch (IOException e) {
        if (last) {
          throw unreachable(host, e);
        }
      }
      pauses.pause(pause);
    }
  }

  /**
   * Sends a request once, because its body has effects or cannot be rewound here.
   *
   * @return any answer; the caller closes its body
   */
  HttpResponse<InputStream> sendOnce(HttpRequest request, String host)
      throws RegistryException, InterruptedException {
    try {
      return http.send(request, bodies());
    } catch (IOException e) {
      throw unreachable(host, e);
    }
  }

  /** Waits as before the next attempt. */
  void pauseAfter(int attempt) throws InterruptedException {
    pauses.pause(backoff(attempt));
  }

  /** How long an answer, or the next piece of one, may take. */
  Duration answerTimeout() {
    return settings.answerTimeout();
  }

  int attempts() {
    return settings.attempts();
  }

  static RegistryException unavailable(HttpRequest request, String host, int status) {
    return new RegistryException(
        Code.UNAVAILABLE,
        status == 429
            ? host + " allows no more requests for now (429 Too Many Requests)"
            : "%s answered %d to %s %s"
                .formatted(host, status, request.method(), request.uri().getPath()));
  }

  private static RegistryException unreachable(String host, IOException e) {
    return new RegistryException(Code.UNREACHABLE, host + " could not be reached: " + reason(e), e);
  }

  /** The JDK's exceptions often come without a text. */
  static String reason(Throwable e) {
    Throwable cause = e.getCause();
    if (e instanceof HttpTimeoutException) {
      return "it did not answer in time";
    }
    if (e instanceof UnknownHostException
        || cause instanceof UnresolvedAddressException
        || cause instanceof UnknownHostException) {
      return "its name is not known";
    }
    if (e instanceof ConnectException && (cause == null || cause.getMessage() == null)) {
      return "the connection was refused";
    }
    if (cause != null && e.getMessage() == null) {
      return reason(cause);
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Doubled each time, and up to half of it more, so that many workers do not return at once. */
  private Duration backoff(int attempt) {
    Duration pause = settings.firstPause().multipliedBy(1L << Math.min(attempt - 1, 10));
    long millis = pause.toMillis();
    return shorter(Duration.ofMillis(millis + random.nextLong(millis / 2 + 1)));
  }

  /** In seconds or as a date (RFC 9110, 10.2.3). */
  private Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response.headers().firstValue("Retry-After").flatMap(this::parseRetryAfter);
  }

  private Optional<Duration> parseRetryAfter(String value) {
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(shorter(Duration.ofSeconds(Long.parseLong(value))));
    }
    try {
      Duration wait =
          Duration.between(
              clock.instant(),
              ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return Optional.of(shorter(wait.isNegative() ? Duration.ZERO : wait));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Duration shorter(Duration wait) {
    return wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait;
  }

  private HttpResponse.BodyHandler<InputStream> bodies() {
    return HttpResponse.BodyHandlers.ofInputStream();
  }
}
