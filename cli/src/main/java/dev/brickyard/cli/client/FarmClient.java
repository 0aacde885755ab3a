package dev.brickyard.cli.client;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.UnreadableMessageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The farm's HTTP API. Uses the JDK's older HTTP client on purpose: it starts in a few
 * milliseconds, and it can still read an answer that comes before the whole context was sent.
 */
public final class FarmClient {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int ANSWER_MILLIS = 60_000;

  /** Longer than the farm is ever silent on a live stream; then the stream is opened again. */
  private static final int STREAM_SILENCE_MILLIS = 45_000;

  private static final int CHUNK = 64 * 1024;
  private static final int MAX_PROBLEM = 1 << 20;

  private final URI server;

  /** A client of the farm at this address. */
  public FarmClient(URI server) {
    String text = server.toString();
    this.server = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  /** The farm's address, without a slash at its end. */
  public URI server() {
    return server;
  }

  /**
   * Submits a build, sending the context while it is read.
   *
   * @param parameters query parameters, in order; names may repeat
   * @param parts sent before the context, in a form; no form when there are none
   */
  public BuildStatus submit(
      List<Map.Entry<String, String>> parameters, List<FormPart> parts, InputStream context)
      throws IOException {
    Form form = parts.isEmpty() ? null : Form.of(parts);
    HttpURLConnection connection = open("/v1/builds" + query(parameters));
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(CHUNK);
    connection.setReadTimeout(0);
    connection.setRequestProperty(
        "Content-Type", form == null ? "application/octet-stream" : form.contentType());
    connection.setRequestProperty("Accept", "application/json");
    IOException broken = send(connection, form == null ? context : form.around(context));
    try {
      return read(connection, BuildStatus.class);
    } catch (FarmException e) {
      // An answer tells more than the broken connection that came with it.
      throw e.problem().isPresent() || broken == null ? e : unreachable(broken);
    }
  }

  /** Sends all of it; a connection that breaks meanwhile is returned, as an answer may be there. */
  private @Nullable IOException send(HttpURLConnection connection, InputStream context)
      throws IOException {
    OutputStream out;
    try {
      out = connection.getOutputStream();
    } catch (IOException e) {
      throw unreachable(e);
    }
    byte[] buffer = new byte[CHUNK];
    while (true) {
      // Not inside of the next try: failing to read the context is no failure of the farm.
      int read = context.read(buffer);
      try {
        if (read < 0) {
          out.close();
          return null;
        }
        out.write(buffer, 0, read);
      } catch (IOException e) {
        return e;
      }
    }
  }

  /** One build. */
  public BuildStatus build(UUID id) throws IOException {
    return read(open("/v1/builds/" + id), BuildStatus.class);
  }

  /** Builds, newest first. */
  public BuildStatus.Page builds(int limit) throws IOException {
    return read(open("/v1/builds?limit=" + limit), BuildStatus.Page.class);
  }

  /** The answer to a GET as text, for scripts. */
  public String text(String path) throws IOException {
    HttpURLConnection connection = open(path);
    try (InputStream in = answer(connection)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The log so far; the caller closes it. */
  public InputStream log(UUID id) throws IOException {
    HttpURLConnection connection = open("/v1/builds/" + id + "/logs");
    connection.setRequestProperty("Accept", "text/plain");
    return answer(connection);
  }

  /** Asks for a build's end. */
  public void cancel(UUID id) throws IOException {
    HttpURLConnection connection = open("/v1/builds/" + id + "/cancel");
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(0);
    answer(connection).close();
  }

  /**
   * Asks for a collection of garbage; it begins within seconds.
   *
   * @param dryRun true to remove nothing
   */
  public CollectionStatus collect(boolean dryRun) throws IOException {
    HttpURLConnection connection = open("/v1/cache/collections?dry-run=" + dryRun);
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(0);
    return read(connection, CollectionStatus.class);
  }

  /** A collection of garbage. */
  public CollectionStatus collection(UUID id) throws IOException {
    return read(open("/v1/cache/collections/" + id), CollectionStatus.class);
  }

  /**
   * Opens a stream of server-sent events.
   *
   * @param lastEventId of the last event seen, to go on after it; empty text from the start
   */
  InputStream events(String path, String lastEventId) throws IOException {
    HttpURLConnection connection = open(path);
    connection.setRequestProperty("Accept", "text/event-stream");
    connection.setReadTimeout(STREAM_SILENCE_MILLIS);
    if (!lastEventId.isEmpty()) {
      connection.setRequestProperty("Last-Event-ID", lastEventId);
    }
    return answer(connection);
  }

  private HttpURLConnection open(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server + path).toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(ANSWER_MILLIS);
    return connection;
  }

  private <T> T read(HttpURLConnection connection, Class<T> type) throws IOException {
    try (InputStream in = answer(connection)) {
      return Json.read(in.readAllBytes(), type);
    } catch (UnreadableMessageException e) {
      throw FarmException.unreachable(
          server + " does not answer as a Brickyard farm does: " + e.getMessage(), e);
    }
  }

  /** The body of a good answer; a refusal is thrown. */
  private InputStream answer(HttpURLConnection connection) throws IOException {
    int status;
    try {
      status = connection.getResponseCode();
      if (status >= 200 && status < 300) {
        return connection.getInputStream();
      }
    } catch (IOException e) {
      throw unreachable(e);
    }
    throw FarmException.refused(problem(connection, status));
  }

  private static Problem problem(HttpURLConnection connection, int status) {
    try (InputStream in = connection.getErrorStream()) {
      if (in != null) {
        Problem said = Json.read(in.readNBytes(MAX_PROBLEM), Problem.class);
        return new Problem(
            status,
            said.title(),
            said.detail(),
            said.code(),
            said.file(),
            said.line(),
            said.column(),
            said.excerpt());
      }
    } catch (IOException e) {
      // Not the farm's own words, perhaps a proxy's: the status has to do.
    }
    return new Problem(status, null, null, null, null, null, null, null);
  }

  private FarmException unreachable(IOException e) {
    String reason =
        switch (e) {
          case UnknownHostException _ -> "its name is not known";
          case ConnectException _ -> "nothing answers there; is the farm up?";
          case SocketTimeoutException _ -> "it did not answer in time";
          default -> String.valueOf(e.getMessage());
        };
    return FarmException.unreachable(
        "the farm at %s could not be reached: %s".formatted(server, reason), e);
  }

  private static String query(List<Map.Entry<String, String>> parameters) {
    StringBuilder query = new StringBuilder();
    for (Map.Entry<String, String> parameter : parameters) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(encode(parameter.getKey()))
          .append('=')
          .append(encode(parameter.getValue()));
    }
    return query.toString();
  }

  /** A space as {@code %20}, which means one everywhere; {@code +} does in forms only. */
  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
