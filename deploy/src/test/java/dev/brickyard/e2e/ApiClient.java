package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Speaks the api over plain HTTP, as a CI system does: no class of the farm's is used. */
final class ApiClient {
  private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "CANCELED");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI api;

  ApiClient(URI api) {
    this.api = api;
  }

  /**
   * Sends a context.
   *
   * @param parameters {@code name=value}, not yet encoded
   */
  HttpResponse<String> post(byte[] context, String... parameters) {
    List<String> encoded = new ArrayList<>();
    for (String parameter : parameters) {
      int equals = parameter.indexOf('=');
      encoded.add(
          parameter.substring(0, equals + 1)
              + URLEncoder.encode(parameter.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return send(
        HttpRequest.newBuilder(api.resolve("/v1/builds?" + String.join("&", encoded)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(context)));
  }

  /** Sends a context that must be accepted, and answers the build's id. */
  String submit(ContextTar context, String... parameters) {
    HttpResponse<String> response = post(context.bytes(), parameters);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    return json(response).get("id").asText();
  }

  /** Sends a context and waits until the build has ended. */
  JsonNode build(ContextTar context, String... parameters) {
    return awaitEnd(submit(context, parameters));
  }

  JsonNode get(String id) {
    HttpResponse<String> response =
        send(HttpRequest.newBuilder(api.resolve("/v1/builds/" + id)).GET());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response);
  }

  /** What the api answers to a reading. */
  JsonNode read(String path) {
    HttpResponse<String> response = send(HttpRequest.newBuilder(api.resolve(path)).GET());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response);
  }

  /** The newest builds that fit the query, such as {@code project=x}. */
  List<JsonNode> list(String query) {
    JsonNode answer = json(send(HttpRequest.newBuilder(api.resolve("/v1/builds?" + query)).GET()));
    List<JsonNode> builds = new ArrayList<>();
    (answer.isArray() ? answer : answer.get("builds")).forEach(builds::add);
    return builds;
  }

  String log(String id) {
    return send(HttpRequest.newBuilder(api.resolve("/v1/builds/" + id + "/logs")).GET()).body();
  }

  HttpResponse<String> cancel(String id) {
    return send(
        HttpRequest.newBuilder(api.resolve("/v1/builds/" + id + "/cancel"))
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  JsonNode awaitEnd(String id) {
    return await(id, build -> ENDED.contains(build.get("state").asText()), "has ended");
  }

  /** Asks again and again until the build is as wanted; an api that is away is asked again too. */
  JsonNode await(String id, Predicate<JsonNode> wanted, String what) {
    Instant deadline = Instant.now().plus(Duration.ofMinutes(3));
    JsonNode last = null;
    while (Instant.now().isBefore(deadline)) {
      try {
        last = get(id);
        if (wanted.test(last)) {
          return last;
        }
      } catch (FarmUnreachable e) {
        // It was killed by the test and comes back.
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError(
        "build " + id + " never came to where it " + what + "; last seen: " + last);
  }

  /** Looks again and again until it is so, for a minute at most. */
  void await(BooleanSupplier condition, String what) {
    await(condition, what, Duration.ofMinutes(1));
  }

  /** Looks again and again until it is so. */
  void await(BooleanSupplier condition, String what, Duration patience) {
    Instant deadline = Instant.now().plus(patience);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("never came to be: " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** Waits until the plain log has this text. */
  void awaitLog(String id, String text) {
    await(id, build -> log(id).contains(text), "says \"" + text + "\"");
  }

  /** The state of the step whose name ends so, in the first job that has it. */
  static String step(JsonNode build, String nameEnd) {
    for (JsonNode job : build.get("jobs")) {
      for (JsonNode step : job.path("steps")) {
        if (step.get("name").asText().endsWith(nameEnd)) {
          return step.get("state").asText();
        }
      }
    }
    throw new AssertionError("no step ends with \"" + nameEnd + "\" in " + build);
  }

  static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + response.body(), e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(
          request.timeout(Duration.ofMinutes(1)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new FarmUnreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The api did not answer. */
  static final class FarmUnreachable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FarmUnreachable(IOException cause) {
      super(cause);
    }
  }
}
