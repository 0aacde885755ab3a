package dev.brickyard.api.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A client of server-sent events that can leave in the middle. */
public final class SseClient implements AutoCloseable {
  private final HttpClient http;
  private final BufferedReader lines;
  private int comments;

  private SseClient(HttpClient http, BufferedReader lines) {
    this.http = http;
    this.lines = lines;
  }

  /**
   * An event.
   *
   * @param id empty for none
   */
  public record Event(String id, String type, String data) {}

  /**
   * Connects; fails unless the answer is a stream of events.
   *
   * @param lastEventId -1 for none
   */
  public static SseClient open(String url, long lastEventId) throws Exception {
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
    if (lastEventId >= 0) {
      request.header("Last-Event-ID", Long.toString(lastEventId));
    }
    var response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200
        || !response.headers().firstValue("Content-Type").orElse("").equals("text/event-stream")) {
      throw new IOException(
          response.statusCode() + ": " + new String(response.body().readAllBytes()));
    }
    return new SseClient(
        http, new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
  }

  /** The next event; empty at the end of the stream. */
  public Optional<Event> next() throws IOException {
    String id = "";
    String type = "message";
    StringBuilder data = new StringBuilder();
    boolean any = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (any) {
          return Optional.of(new Event(id, type, data.toString()));
        }
      } else if (line.startsWith(":")) {
        comments++;
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("data: ")) {
        any = true;
        data.append(line.substring(6));
      }
    }
    return Optional.empty();
  }

  /** Everything until the server ends the stream, or as many. */
  public List<Event> take(int most) throws IOException {
    List<Event> events = new ArrayList<>();
    while (events.size() < most) {
      Optional<Event> next = next();
      if (next.isEmpty()) {
        break;
      }
      events.add(next.get());
    }
    return events;
  }

  /** How many comments came so far. */
  public int comments() {
    return comments;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
