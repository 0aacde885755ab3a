package dev.brickyard.engine.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server of files with entity tags and dates, and one that behaves badly below {@code /bad}. It
 * remembers what it was asked.
 */
public final class FileServer implements AutoCloseable {
  /** When every file was changed last. */
  public static final String LAST_MODIFIED = "Tue, 03 Mar 2020 10:11:12 GMT";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch silence = new CountDownLatch(1);
  private final Map<String, String> redirects = new ConcurrentHashMap<>();
  private volatile boolean tagged = true;

  public FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.createContext("/redirect/", this::redirect);
    server.createContext("/bad/cut-off", this::cutOff);
    server.createContext("/bad/silent", this::silent);
    server.start();
  }

  /** Serves a text. */
  public FileServer file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Serves these bytes. */
  public FileServer file(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /** Answers that the path is elsewhere. */
  public FileServer redirectTo(String path, String url) {
    redirects.put(path, url);
    return this;
  }

  /** Waits until somebody waits for an answer that never comes. */
  public void awaitSilence() throws InterruptedException {
    silence.await();
  }

  /** From now on without entity tags and dates. */
  public FileServer untagged() {
    tagged = false;
    return this;
  }

  /** The address of a path, which begins with a slash. */
  public String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** The port. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Method, path and status of everything asked so far. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String elsewhere = redirects.get(path);
      if (elsewhere != null) {
        exchange.getResponseHeaders().set("Location", elsewhere);
        answer(exchange, 302, new byte[0]);
        return;
      }
      byte[] content = files.get(path);
      if (content == null) {
        answer(exchange, 404, new byte[0]);
        return;
      }
      if (tagged) {
        String tag = "\"" + Integer.toHexString(java.util.Arrays.hashCode(content)) + "\"";
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Last-Modified", LAST_MODIFIED);
        if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
          answer(exchange, 304, new byte[0]);
          return;
        }
      }
      answer(exchange, 200, content);
    }
  }

  private void redirect(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/redirect".length());
      exchange.getResponseHeaders().set("Location", path);
      answer(exchange, 302, new byte[0]);
    }
  }

  /** Promises more than it sends. */
  private void cutOff(HttpExchange exchange) throws IOException {
    asked.add("GET /bad/cut-off 200");
    exchange.sendResponseHeaders(200, 1000);
    exchange.getResponseBody().write(new byte[10]);
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private void silent(HttpExchange exchange) throws IOException {
    try (exchange) {
      silence.countDown();
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
    asked.add(
        exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + " " + status);
    boolean body =
        content.length > 0 && status == 200 && !exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, body ? content.length : -1);
    if (body) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(content);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
    threads.close();
  }
}
