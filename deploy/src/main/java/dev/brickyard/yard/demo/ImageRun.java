package dev.brickyard.yard.demo;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.registry.ResolvedImage;
import dev.brickyard.engine.runtime.ContainerSpec;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.engine.snapshot.LayerStore;
import dev.brickyard.engine.snapshot.WritableRoot;
import dev.brickyard.yard.YardException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Pulls an image from a registry and runs it, as any machine that got nothing but its name. */
final class ImageRun {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Path folder;

  /**
   * @param folder for the layers and the container
   */
  ImageRun(Path folder) {
    this.folder = folder;
  }

  /** What the image's program answered, and how many bytes were pulled to run it. */
  record Answer(String page, long bytesPulled) {}

  /**
   * Runs the image's own command with the variable {@code PORT} set, asks for {@code /} on that
   * port until it answers, and ends it.
   */
  Answer ask(ImageReference image, Platform platform, int port)
      throws IOException, YardException, InterruptedException {
    try (RegistryClient registry = new RegistryClient(RegistrySettings.DEFAULT)) {
      ResolvedImage resolved = registry.resolve(image, platform, RegistryCredentials.NONE);
      try (LayerStore layers =
              new LayerStore(
                  folder.resolve("layers"),
                  layer ->
                      registry.openBlob(
                          resolved.location(), layer.blob(), RegistryCredentials.NONE));
          ProgramRuntime runtime = new ProgramRuntime(folder.resolve("runtime"))) {
        runtime.recover();
        layers.recover();
        try (WritableRoot root = layers.mount(resolved.layers())) {
          String page = run(runtime, spec(root, resolved.config().config(), port), port);
          return new Answer(page, layers.bytesFetched());
        }
      } catch (RuntimeFailure e) {
        throw new YardException("the image could not be run: " + e.getMessage(), e);
      }
    }
  }

  private static ContainerSpec spec(WritableRoot root, ContainerConfig config, int port) {
    List<String> command = new ArrayList<>(config.entrypoint());
    command.addAll(config.cmd());
    Map<String, String> environment = new LinkedHashMap<>(config.environment());
    environment.put("PORT", Integer.toString(port));
    return new ContainerSpec(
        root.root(),
        command,
        environment,
        config.workingDir().isEmpty() ? "/" : config.workingDir(),
        0,
        0,
        List.of(),
        "brickyard-demo",
        List.of(),
        NetworkMode.HOST,
        Limits.NONE);
  }

  private static String run(ProgramRuntime runtime, ContainerSpec spec, int port)
      throws IOException, YardException, InterruptedException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    FutureTask<String> container =
        new FutureTask<>(
            () ->
                runtime
                    .run(
                        spec,
                        (stderr, chunk) -> {
                          synchronized (said) {
                            said.writeBytes(chunk);
                          }
                        })
                    .toString());
    Thread thread = Thread.ofVirtual().start(container);
    try {
      return page(container, port, said);
    } finally {
      // Interrupting it kills the container and waits until nothing of it is left.
      thread.interrupt();
      thread.join();
    }
  }

  private static String page(FutureTask<String> container, int port, ByteArrayOutputStream said)
      throws YardException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
            .timeout(Duration.ofSeconds(10))
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (!container.isDone() && System.nanoTime() < deadline) {
        try {
          return client.send(request, HttpResponse.BodyHandlers.ofString()).body().strip();
        } catch (IOException e) {
          // It does not listen yet.
          Thread.sleep(POLL);
        }
      }
    }
    String output;
    synchronized (said) {
      output = said.toString(StandardCharsets.UTF_8).strip();
    }
    throw new YardException(
        container.isDone()
            ? "the program ended (" + result(container) + ") and said:\n" + output
            : "the program does not answer on port " + port + "; it said:\n" + output);
  }

  private static String result(FutureTask<String> container) throws InterruptedException {
    try {
      return container.get();
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    }
  }
}
