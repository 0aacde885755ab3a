package dev.brickyard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A Docker engine of the test's own, started by hand with data, state and socket in one folder, and
 * without a bridge or firewall rules, so that nothing of it stays behind. Testcontainers finds it
 * by {@code DOCKER_HOST}, a socket path that the build sets for the tests' JVM.
 */
final class DockerEngine implements AutoCloseable {
  private static final String HOST = System.getenv("DOCKER_HOST");

  private final Process process;
  private final Path folder;

  private DockerEngine(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /** Starts the engine and returns when it answers. */
  static DockerEngine start() {
    if (HOST == null || !HOST.startsWith("unix://")) {
      throw new AssertionError(
          "DOCKER_HOST must name the unix socket the tests' engine listens on");
    }
    Path socket = Path.of(HOST.substring("unix://".length()));
    try {
      Files.createDirectories(socket.getParent());
      Files.deleteIfExists(socket);
      Path folder = Files.createTempDirectory("brickyard-test-docker-");
      Process process =
          new ProcessBuilder(
                  "dockerd",
                  "--data-root=" + folder.resolve("data"),
                  "--exec-root=" + folder.resolve("exec"),
                  "--pidfile=" + folder.resolve("pid"),
                  "--host=" + HOST,
                  "--bridge=none",
                  "--iptables=false",
                  "--ip6tables=false")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      DockerEngine engine = new DockerEngine(process, folder);
      try {
        engine.awaitSocket(socket);
        return engine;
      } catch (RuntimeException | Error e) {
        engine.close();
        throw e;
      }
    } catch (IOException e) {
      throw new AssertionError(
          "no Docker engine could be started (Debian's package docker.io): " + e.getMessage(), e);
    }
  }

  private void awaitSocket(Path socket) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
    while (!Files.exists(socket)) {
      if (!process.isAlive() || Instant.now().isAfter(deadline)) {
        throw new AssertionError("dockerd did not come up:\n" + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      unmountBelow(folder);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    delete(folder);
  }

  private static void unmountBelow(Path folder) throws IOException, InterruptedException {
    Deque<String> mounts = new ArrayDeque<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String target = line.split(" ")[1];
      if (target.startsWith(folder + "/")) {
        mounts.push(target);
      }
    }
    for (String mount : mounts) {
      new ProcessBuilder(List.of("umount", "-l", mount)).inheritIO().start().waitFor();
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
