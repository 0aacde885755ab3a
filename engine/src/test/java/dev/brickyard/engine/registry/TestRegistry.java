package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.ImageReference;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real distribution server (Debian's {@code docker-registry}) as a child process on a free port
 * of the loopback address, its data in a folder of its own. {@link #close} ends the process and
 * removes the folder.
 */
public final class TestRegistry implements AutoCloseable {
  /** The user of {@link #startWithPassword}. */
  public static final String USERNAME = "mason";

  /** That user's password. */
  public static final String PASSWORD = "mortar";

  private static final String HTPASSWD =
      USERNAME + ":$2b$04$gdM7jREpvNd6eQdufcXnGeNAxHOStr633TDEqM68Hmz3cKIUMdNPe\n";
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final Path folder;
  private final int port;

  private TestRegistry(Process process, Path folder, int port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
  }

  /** Starts a registry that lets everybody pull and push. */
  public static TestRegistry start() {
    return start(false);
  }

  /** Starts a registry that wants Basic authentication for everything. */
  public static TestRegistry startWithPassword() {
    return start(true);
  }

  private static TestRegistry start(boolean password) {
    if (!Files.isExecutable(PROGRAM)) {
      throw new AssertionError(
          PROGRAM + " is missing: install Debian's package docker-registry to run this test");
    }
    try {
      Path folder = Files.createTempDirectory("brickyard-test-registry-");
      Process process = null;
      try {
        process = launch(folder, password);
        return new TestRegistry(process, folder, portOf(process));
      } catch (IOException | RuntimeException | AssertionError e) {
        if (process != null) {
          process.destroyForcibly();
        }
        delete(folder);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process launch(Path folder, boolean password) throws IOException {
    String auth = "";
    if (password) {
      Path htpasswd = Files.writeString(folder.resolve("htpasswd"), HTPASSWD);
      auth = "auth:\n  htpasswd:\n    realm: test\n    path: " + htpasswd + "\n";
    }
    Path config =
        Files.writeString(
            folder.resolve("config.yml"),
            """
            version: 0.1
            log:
              level: info
            storage:
              filesystem:
                rootdirectory: %s
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:0
            %s"""
                .formatted(Files.createDirectory(folder.resolve("data")), auth));
    return new ProcessBuilder(List.of(PROGRAM.toString(), "serve", config.toString()))
        .redirectErrorStream(true)
        .start();
  }

  /** Reads the log for the port, and then on, so that the process never blocks on a full pipe. */
  private static int portOf(Process process) {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("test-registry-log")
        .start(
            () -> {
              StringBuilder said = new StringBuilder();
              try (BufferedReader log =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line; (line = log.readLine()) != null; ) {
                  Matcher listening = LISTENING.matcher(line);
                  if (listening.find()) {
                    port.complete(Integer.valueOf(listening.group(1)));
                  }
                  if (!port.isDone()) {
                    said.append(line).append('\n');
                  }
                }
              } catch (IOException e) {
                said.append(e);
              }
              port.completeExceptionally(
                  new AssertionError("docker-registry ended before it listened:\n" + said));
            });
    try {
      return port.get(30, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("docker-registry did not listen within 30 seconds", e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while docker-registry started", e);
    }
  }

  /** Host and port, as in a reference: {@code 127.0.0.1:40123}. */
  public String host() {
    return "127.0.0.1:" + port;
  }

  /** A reference into this registry, such as {@code app:1} or {@code library/debian@sha256:…}. */
  public ImageReference reference(String nameAndTag) {
    return ImageReference.parse(host() + "/" + nameAndTag);
  }

  /** The credentials of {@link #startWithPassword}, for this registry only. */
  public RegistryCredentials credentials() {
    return registry ->
        registry.equals(host())
            ? Optional.of(new RegistryCredentials.Credential(USERNAME, PASSWORD))
            : Optional.empty();
  }

  /** Where the server keeps its data, for tests that damage it. */
  public Path data() {
    return folder.resolve("data");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    delete(folder);
  }

  private static void delete(Path folder) {
    if (Files.notExists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
