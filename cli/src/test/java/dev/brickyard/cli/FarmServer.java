package dev.brickyard.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A farm's HTTP API over the loopback address, playing the events a test hands it. */
final class FarmServer implements AutoCloseable {
  static final UUID BUILD = UUID.fromString("01900000-0000-7000-8000-000000000001");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<byte[]> events = new ArrayList<>();
  private final List<byte[]> log = new ArrayList<>();
  private boolean eventsEnded;
  private boolean logEnded;

  /** Connections still to be broken, each after one more event than the one before. */
  private final AtomicInteger breaks = new AtomicInteger();

  private volatile String query = "";
  private volatile byte[] context = {};
  private volatile @Nullable String refusal;
  private volatile String findings = "{\"warnings\":[]}";
  private final CountDownLatch canceled = new CountDownLatch(1);

  FarmServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/v1/", this::route);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  synchronized FarmServer play(BuildEvent... more) {
    for (BuildEvent event : more) {
      events.add(frame(events.size(), event.getClass().getSimpleName(), Json.write(event)));
      if (event instanceof BuildEvent.BuildFinished) {
        eventsEnded = true;
        logEnded = true;
      }
    }
    notifyAll();
    return this;
  }

  synchronized FarmServer play(LogChunk chunk) {
    log.add(frame(log.size(), "log", Json.write(chunk)));
    notifyAll();
    return this;
  }

  /** Refuses submissions with this problem document. */
  FarmServer refuse(String problem) {
    refusal = problem;
    return this;
  }

  /** Answers checks with this document. */
  FarmServer find(String answer) {
    findings = answer;
    return this;
  }

  /** Breaks the next connections of streams, each after a single event. */
  FarmServer breakStreams(int times) {
    breaks.set(times);
    return this;
  }

  int breaksLeft() {
    return breaks.get();
  }

  String query() {
    return query;
  }

  byte[] context() {
    return context;
  }

  CountDownLatch canceled() {
    return canceled;
  }

  private static byte[] frame(int id, String name, byte[] data) {
    String json = new String(data, StandardCharsets.UTF_8);
    return ("id: " + id + "\nevent: " + name + "\ndata: " + json + "\n\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  private void route(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String asked = exchange.getRequestMethod() + path.replace(BUILD.toString(), "ID");
      switch (asked) {
        case "POST/v1/builds" -> submit(exchange);
        case "POST/v1/checks" -> check(exchange);
        case "POST/v1/builds/ID/cancel" -> {
          canceled.countDown();
          send(exchange, 202, "");
        }
        case "GET/v1/builds/ID" -> send(exchange, 200, build());
        case "GET/v1/builds/ID/events" -> stream(exchange, events, () -> eventsEnded);
        case "GET/v1/builds/ID/logs" -> stream(exchange, log, () -> logEnded);
        default -> send(exchange, 404, "{\"title\":\"no such thing\"}");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(HttpExchange exchange) throws IOException {
    query = String.valueOf(exchange.getRequestURI().getQuery());
    String problem = refusal;
    if (problem != null) {
      send(exchange, 400, problem);
      return;
    }
    context = exchange.getRequestBody().readAllBytes();
    send(exchange, 201, build());
  }

  private void check(HttpExchange exchange) throws IOException {
    query = String.valueOf(exchange.getRequestURI().getQuery());
    context = exchange.getRequestBody().readAllBytes();
    send(exchange, 200, findings);
  }

  private static String build() {
    return """
        {"id":"%s","state":"RUNNING","tags":["registry.example/app:1"],
         "createdAt":"2026-01-01T00:00:00Z","jobs":[],"unknown":{"a":1}}"""
        .formatted(BUILD);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private interface Ended {
    boolean get();
  }

  private void stream(HttpExchange exchange, List<byte[]> frames, Ended ended)
      throws IOException, InterruptedException {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    int next = last == null ? 0 : Integer.parseInt(last) + 1;
    boolean breaking = breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    // A length that is never reached: closing the exchange early then breaks the connection.
    exchange.sendResponseHeaders(200, breaking ? 1_000_000 : 0);
    OutputStream out = exchange.getResponseBody();
    out.write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    while (true) {
      byte[] frame;
      synchronized (this) {
        while (next >= frames.size() && !ended.get()) {
          wait();
        }
        if (next >= frames.size()) {
          return;
        }
        frame = frames.get(next++);
      }
      out.write(frame);
      out.flush();
      if (breaking) {
        return;
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
