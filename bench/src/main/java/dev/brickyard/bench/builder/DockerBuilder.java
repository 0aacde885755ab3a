package dev.brickyard.bench.builder;

import dev.brickyard.bench.BenchException;
import dev.brickyard.bench.network.Site;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.process.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The builder of Debian's Docker engine: BuildKit, with the inline cache, which is the one that
 * this version can keep in a registry.
 */
public final class DockerBuilder implements Builder {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final String registry;
  private final String client;
  private final Program program;
  private final Program daemon;
  private String version = "";
  private @Nullable Process engine;

  /**
   * @param folder its own; made when missing, removed at the end
   * @param registry host and port
   */
  public DockerBuilder(Path folder, Site site, String registry) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.registry = registry;
    // Debian's own client where another one comes first in PATH.
    this.client = Files.isExecutable(Path.of("/usr/bin/docker")) ? "/usr/bin/docker" : "docker";
    Map<String, String> environment =
        Map.of(
            "DOCKER_HOST",
            "unix://" + socket(),
            "DOCKER_BUILDKIT",
            "1",
            "DOCKER_CONFIG",
            folder.resolve("config").toString());
    this.program = new Program(site, environment, folder.resolve("client.log"));
    this.daemon = new Program(site, Map.of(), folder.resolve("daemon.log"));
  }

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public void start() throws IOException, BenchException, InterruptedException {
    endLeftover();
    begin();
    version =
        "Docker engine "
            + Program.output(
                client, "-H", "unix://" + socket(), "version", "-f", "{{.Server.Version}}")
            + ", BuildKit, inline cache";
  }

  @Override
  public void emptyDisk() throws IOException, BenchException, InterruptedException {
    end();
    begin();
  }

  @Override
  public Outcome build(Order order, Duration atMost) throws IOException, InterruptedException {
    String image = order.repository() + ":latest";
    List<String> build =
        List.of(
            client,
            "build",
            "-q",
            "--network",
            "host",
            "--build-arg",
            "BUILDKIT_INLINE_CACHE=1",
            "--build-arg",
            "BASE=" + order.base(),
            "--cache-from",
            image,
            "-t",
            image,
            order.context().toString());
    long begun = System.nanoTime();
    boolean done = program.run(atMost, build);
    long built = System.nanoTime();
    done = done && program.run(atMost, List.of(client, "push", "-q", image));
    long pushed = System.nanoTime();
    return done
        ? new Outcome.Built(
            (pushed - begun) / 1e9,
            Map.of("build", (built - begun) / 1_000_000, "push", (pushed - built) / 1_000_000),
            Map.of())
        : new Outcome.Failed(program.lastWords());
  }

  @Override
  public void close() {
    try {
      end();
      Folders.delete(folder);
    } catch (IOException | BenchException e) {
      System.err.println("the Docker engine's folder is not removed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void begin() throws IOException, BenchException, InterruptedException {
    Files.createDirectories(folder.resolve("config"));
    Process started =
        daemon.start(
            List.of(
                "dockerd",
                "--data-root=" + folder.resolve("data"),
                "--exec-root=" + folder.resolve("exec"),
                "--pidfile=" + pidFile(),
                "--host=unix://" + socket(),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                // The engine drops the scheme; its BuildKit needs it for other hosts than
                // localhost.
                "--insecure-registry=http://" + registry));
    engine = started;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!program.run(Duration.ofSeconds(10), List.of(client, "version"))) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        throw new BenchException("dockerd does not come up: " + daemon.lastWords());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private void end() throws IOException, BenchException, InterruptedException {
    Process running = engine;
    engine = null;
    if (running != null) {
      running.destroy();
      if (!running.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        Program.end(running);
      }
    }
    try {
      Leftovers.clear(folder);
    } catch (YardException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
    Folders.delete(folder.resolve("data"));
    Folders.delete(folder.resolve("exec"));
  }

  /** Ends the engine of a benchmark that was killed, if the pid it left is still an engine's. */
  private void endLeftover() throws IOException, BenchException, InterruptedException {
    if (Files.exists(pidFile())) {
      long pid = Long.parseLong(Files.readString(pidFile()).strip());
      Optional<ProcessHandle> leftover =
          ProcessHandle.of(pid)
              .filter(
                  process ->
                      process.info().commandLine().orElse("").contains(pidFile().toString()));
      if (leftover.isPresent() && leftover.get().destroy()) {
        try {
          leftover.get().onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
          throw new BenchException("an older dockerd does not end: pid " + pid, e);
        }
      }
    }
    end();
  }

  private Path pidFile() {
    return folder.resolve("pid");
  }

  /** Socket paths are short (unix(7)). */
  private Path socket() {
    return folder.resolve("s");
  }
}
