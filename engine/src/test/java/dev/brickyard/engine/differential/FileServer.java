package dev.brickyard.engine.differential;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The files that ADD fetches: {@code /plain.txt} with a time, {@code /undated.txt} without one,
 * {@code /attachment} that names itself, {@code /archive.tar.gz}, {@code /moved} that is elsewhere.
 */
final class FileServer implements AutoCloseable {
  /** What stands in Dockerfiles for the server. */
  static final String NAME = "files.test";

  private static final String TIME = "Sat, 03 Feb 2001 04:05:06 GMT";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private FileServer(HttpServer server) {
    this.server = server;
  }

  static FileServer start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    FileServer files = new FileServer(server);
    server.setExecutor(files.threads);
    server.createContext("/", exchange -> answer(exchange));
    server.start();
    return files;
  }

  /** Host and port. */
  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      switch (path) {
        case "/plain.txt", "/deep/er/plain.txt" -> {
          exchange.getResponseHeaders().set("Last-Modified", TIME);
          send(exchange, 200, "plain\n");
        }
        case "/undated.txt" -> send(exchange, 200, "undated\n");
        case "/attachment" -> {
          exchange
              .getResponseHeaders()
              .set("Content-Disposition", "attachment; filename=\"its-name.txt\"");
          send(exchange, 200, "attached\n");
        }
        case "/archive.tar.gz" -> {
          exchange.getResponseHeaders().set("Content-Type", "application/gzip");
          send(exchange, 200, "looks like an archive by its name only\n");
        }
        case "/moved" -> {
          exchange.getResponseHeaders().set("Location", "/deep/er/plain.txt");
          send(exchange, 302, "");
        }
        default -> send(exchange, 404, "nothing here\n");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
