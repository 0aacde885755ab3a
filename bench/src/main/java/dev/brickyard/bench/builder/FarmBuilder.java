package dev.brickyard.bench.builder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.bench.BenchException;
import dev.brickyard.bench.base.Base;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The farm, as a client sees it: from the request with the context until the stream of events says
 * that the build has finished.
 */
public final class FarmBuilder implements Builder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration WARMING = Duration.ofMinutes(1);

  private final FarmYard yard;
  private final Path scratch;
  private final int warmups;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int warmed;

  /**
   * @param yard up, with the base images in its registry
   * @param scratch a folder of its own
   * @param warmups how many unrelated tiny builds a fresh worker gets before it is measured
   */
  public FarmBuilder(FarmYard yard, Path scratch, int warmups) {
    this.yard = yard;
    this.scratch = scratch;
    this.warmups = warmups;
  }

  @Override
  public String name() {
    return "farm";
  }

  @Override
  public String version() {
    return "Brickyard, this commit";
  }

  @Override
  public void start() throws IOException, BenchException, InterruptedException {
    warmUp();
  }

  @Override
  public void emptyDisk() throws IOException, BenchException, InterruptedException {
    yard.freshWorker();
    warmUp();
  }

  @Override
  public void forgetEverything() throws IOException, BenchException, InterruptedException {
    yard.emptyStore();
    emptyDisk();
  }

  /** As {@link #emptyDisk}, but the worker's JVM has built nothing yet. */
  public void coldWorker() throws IOException, BenchException, InterruptedException {
    yard.freshWorker();
  }

  @Override
  public Outcome build(Order order, Duration atMost) throws IOException, InterruptedException {
    Timeline timeline = new Timeline();
    CompletableFuture<String> ending = new CompletableFuture<>();
    long begun = System.nanoTime();
    timeline.requested();
    HttpResponse<String> accepted =
        http.send(
            HttpRequest.newBuilder(
                    yard.api()
                        .resolve(
                            "/v1/builds?tag="
                                + encoded(order.repository() + ":latest")
                                + "&project="
                                + encoded(order.name())
                                + "&build-arg="
                                + encoded("BASE=" + order.base())))
                .timeout(atMost)
                .POST(HttpRequest.BodyPublishers.ofByteArray(ContextTar.of(order.context())))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (accepted.statusCode() != 201) {
      return new Outcome.Failed(
          "the api answered " + accepted.statusCode() + " " + accepted.body());
    }
    timeline.accepted();
    URI build =
        yard.api().resolve("/v1/builds/" + JSON.readTree(accepted.body()).get("id").asText());
    CompletableFuture<Void> following =
        http.sendAsync(
                HttpRequest.newBuilder(URI.create(build + "/events")).build(),
                HttpResponse.BodyHandlers.ofLines())
            .thenAccept(response -> follow(response.body(), timeline, ending));
    long finished;
    try {
      ending.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      finished = System.nanoTime();
      following.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      following.cancel(true);
      return new Outcome.Failed("not finished after " + atMost.toSeconds() + " s");
    } catch (ExecutionException e) {
      return new Outcome.Failed(String.valueOf(e.getCause()));
    }
    JsonNode result = get(build);
    if (!result.path("state").asText().equals("SUCCEEDED")) {
      return new Outcome.Failed(result.path("failure").path("message").asText("it failed"));
    }
    return new Outcome.Built(
        (finished - begun) / 1e9, timeline.phases(), BuildFigures.counters(result));
  }

  @Override
  public void close() {
    http.close();
  }

  /** Unrelated builds, so that the worker's JVM is as that of one that has been up for a while. */
  private void warmUp() throws IOException, BenchException, InterruptedException {
    Path context = Files.createDirectories(scratch.resolve("warm-up"));
    for (int number = 0; number < warmups; number++) {
      warmed++;
      Files.writeString(context.resolve("file.txt"), "warm-up " + warmed + "\n");
      Files.writeString(
          context.resolve("Dockerfile"),
          """
          ARG BASE
          FROM $BASE
          COPY file.txt /file.txt
          RUN cat /file.txt > /copy.txt
          WORKDIR /work
          COPY file.txt again.txt
          """);
      Order order =
          new Order(
              context,
              yard.registry() + "/bench/warm-up",
              yard.registry() + "/" + Base.TINY.repository() + ":1");
      if (build(order, WARMING) instanceof Outcome.Failed(String reason)) {
        throw new BenchException("the farm does not build: " + reason);
      }
    }
  }

  private JsonNode get(URI uri) throws IOException, InterruptedException {
    return JSON.readTree(
        http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
            .body());
  }

  private static void follow(
      Stream<String> lines, Timeline timeline, CompletableFuture<String> ending) {
    try (lines) {
      lines
          .filter(line -> line.startsWith("data:"))
          .forEach(
              line -> {
                try {
                  JsonNode event = JSON.readTree(line.substring("data:".length()));
                  timeline.event(event);
                  if (event.path("type").asText().equals("BuildFinished")) {
                    ending.complete(event.path("state").asText());
                  }
                } catch (IOException e) {
                  ending.completeExceptionally(e);
                }
              });
      ending.completeExceptionally(new IOException("the stream of events ended too early"));
    } catch (RuntimeException e) {
      ending.completeExceptionally(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
