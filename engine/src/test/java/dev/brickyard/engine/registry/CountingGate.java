package dev.brickyard.engine.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.engine.image.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a real registry and counts the bytes of layers that pass it. Only for reading. */
public final class CountingGate implements AutoCloseable {
  private static final String BLOBS = "/blobs/";

  private final String registry;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicLong layerBytes = new AtomicLong();

  public CountingGate(TestRegistry registry) throws IOException {
    this.registry = registry.host();
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::pass);
    server.start();
  }

  /** An image of the registry, by way of the gate. */
  public ImageReference reference(String nameAndTag) {
    return ImageReference.parse("127.0.0.1:" + server.getAddress().getPort() + "/" + nameAndTag);
  }

  /** How many bytes of layers passed so far. */
  public long layerBytes() {
    return layerBytes.get();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://" + registry + exchange.getRequestURI()))
              .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.noBody());
      for (String name : new String[] {"Accept", "Range"}) {
        exchange
            .getRequestHeaders()
            .getOrDefault(name, List.of())
            .forEach(value -> request.header(name, value));
      }
      HttpResponse<InputStream> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      answer
          .headers()
          .map()
          .forEach(
              (name, values) -> {
                String lower = name.toLowerCase(Locale.ROOT);
                if (!lower.equals("content-length") && !lower.equals("transfer-encoding")) {
                  exchange.getResponseHeaders().put(name, values);
                }
              });
      long length = answer.headers().firstValueAsLong("content-length").orElse(0);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (head) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(length));
      }
      exchange.sendResponseHeaders(answer.statusCode(), head || length == 0 ? -1 : length);
      try (InputStream in = answer.body()) {
        if (!head && length > 0) {
          copy(exchange.getRequestURI().getPath(), in, exchange.getResponseBody());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void copy(String path, InputStream in, OutputStream out) throws IOException {
    byte[] chunk = new byte[8192];
    boolean layer = false;
    boolean begun = false;
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      if (!begun && n > 0) {
        // An image's config is a blob too, and JSON.
        layer = path.contains(BLOBS) && chunk[0] != '{';
        begun = true;
      }
      layerBytes.addAndGet(layer ? n : 0);
      out.write(chunk, 0, n);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.close();
  }
}
