package dev.brickyard.cli.client;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads server-sent events (HTML Standard, "Server-sent events", "Interpreting an event stream").
 */
final class SseReader implements Closeable {
  /**
   * An event.
   *
   * @param id of the last event that had one; empty text when none had
   */
  record Event(String id, String name, String data) {}

  private final BufferedReader lines;
  private String lastId = "";

  SseReader(InputStream in) {
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** The next event; empty at the end of the stream. An event cut off by the end is dropped. */
  Optional<Event> next() throws IOException {
    String name = "";
    StringBuilder data = new StringBuilder();
    boolean some = false;
    for (String line; (line = lines.readLine()) != null; ) {
      if (line.isEmpty()) {
        if (some) {
          return Optional.of(new Event(lastId, name.isEmpty() ? "message" : name, data.toString()));
        }
        name = "";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      if (value.startsWith(" ")) {
        value = value.substring(1);
      }
      switch (field) {
        case "event" -> name = value;
        case "id" -> lastId = value;
        case "data" -> {
          data.append(some ? "\n" : "").append(value);
          some = true;
        }
        default -> {
          // Comments (an empty name) keep the connection alive; "retry" is ours to decide.
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
