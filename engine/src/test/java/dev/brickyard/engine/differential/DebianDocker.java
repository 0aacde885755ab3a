package dev.brickyard.engine.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The Docker engine of Debian's package {@code docker.io}, of the test's own: data, state and
 * socket in one folder, without a bridge or firewall rules. Builds with the BuildKit inside it.
 */
final class DebianDocker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BUILD = Duration.ofMinutes(2);

  /** Debian's own client: a newer one wants a plug-in for this. */
  private static final Path CLIENT = Path.of("/usr/bin/docker");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Process daemon;

  private DebianDocker(Path folder, Process daemon) {
    this.folder = folder;
    this.daemon = daemon;
  }

  /**
   * Starts the engine and returns when it answers.
   *
   * @param registry host and port that speak plain HTTP
   */
  static DebianDocker start(String registry) throws IOException, InterruptedException {
    if (!Files.isExecutable(CLIENT)) {
      throw new AssertionError(
          CLIENT + " is missing: install Debian's package docker.io to run this test");
    }
    // Short, for a socket's path must be (unix(7)).
    Path folder = Files.createTempDirectory("yard-docker-");
    // In memory: on disk the engine spends most of a small build waiting for fsync.
    Mounts.mount("tmpfs", folder, "tmpfs", 0, "mode=0700");
    ProcessBuilder start =
        new ProcessBuilder(
                "dockerd",
                "--data-root=" + folder.resolve("data"),
                "--exec-root=" + folder.resolve("exec"),
                "--pidfile=" + folder.resolve("pid"),
                "--host=unix://" + folder.resolve("s"),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--insecure-registry=http://" + registry)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    start.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    DebianDocker docker = new DebianDocker(folder, start.start());
    try {
      docker.awaitAnswer();
      return docker;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      docker.close();
      throw e;
    }
  }

  private void awaitAnswer() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (Files.notExists(folder.resolve("s")) || run(PATIENCE, "version").isPresent()) {
      if (!daemon.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("dockerd does not come up:\n" + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** What the engine itself has to say. */
  String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  /**
   * Builds a case.
   *
   * @return what the client said, when it failed
   */
  Optional<String> build(CaseContext laid, String tag) throws IOException, InterruptedException {
    CaseFile file = laid.file();
    List<String> words = new ArrayList<>(List.of("build", "--network=host", "--progress=plain"));
    words.addAll(List.of("--tag", tag, "--file", laid.dockerfileForDocker().toString()));
    file.buildArgs().forEach((n, v) -> words.add("--build-arg=" + n + "=" + laid.here(v)));
    file.labels().forEach((n, v) -> words.add("--label=" + n + "=" + v));
    for (String id : file.secrets().keySet()) {
      words.add("--secret=id=" + id + ",src=" + laid.secret(id));
    }
    file.target().ifPresent(target -> words.add("--target=" + target));
    file.platform().ifPresent(platform -> words.add("--platform=" + platform));
    words.add(laid.root().toString());
    Optional<String> failed = run(BUILD, words.toArray(String[]::new));
    if (!daemon.isAlive()) {
      String log = log();
      int panic = Math.max(0, log.indexOf("panic: "));
      throw new AssertionError(
          "dockerd died of "
              + file
              + ":\n"
              + log.substring(panic, Math.min(log.length(), panic + 2000)));
    }
    return failed;
  }

  private Optional<String> run(Duration atMost, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(CLIENT.toString()));
    command.addAll(List.of(words));
    Path said = Files.createTempFile(folder, "client-", ".log");
    ProcessBuilder start =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    start.environment().put("DOCKER_HOST", "unix://" + folder.resolve("s"));
    start.environment().put("DOCKER_BUILDKIT", "1");
    start.environment().put("DOCKER_CONFIG", folder.resolve("config").toString());
    start.environment().remove("DOCKER_DEFAULT_PLATFORM");
    Process client = start.start();
    client.getOutputStream().close();
    boolean ended = client.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    if (!ended) {
      client.destroyForcibly().waitFor();
    }
    String text = Files.readString(said, StandardCharsets.UTF_8);
    Files.delete(said);
    if (!ended) {
      throw new AssertionError("not done in " + atMost + ": " + command + "\n" + text);
    }
    return client.exitValue() == 0 ? Optional.empty() : Optional.of(text);
  }

  /** The facts of images, by tag. */
  Map<String, ImageFacts> facts(List<String> tags) throws IOException, InterruptedException {
    if (tags.isEmpty()) {
      return Map.of();
    }
    Path tar = folder.resolve("images.tar");
    List<String> words = new ArrayList<>(List.of("save", "--output", tar.toString()));
    words.addAll(tags);
    Optional<String> failed = run(BUILD, words.toArray(String[]::new));
    if (failed.isPresent()) {
      throw new AssertionError("docker save: " + failed.get());
    }
    Map<String, byte[]> documents = new HashMap<>();
    Map<String, List<LayerFiles.Entry>> layers = new HashMap<>();
    Map<String, String> links = new HashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(tar), 1 << 16)) {
      TarArchiveInputStream saved = new TarArchiveInputStream(in);
      for (TarArchiveEntry e = saved.getNextEntry(); e != null; e = saved.getNextEntry()) {
        if (e.isSymbolicLink()) {
          Path link = Path.of(e.getName());
          links.put(e.getName(), link.resolveSibling(e.getLinkName()).normalize().toString());
        } else if (e.getName().endsWith(".json")) {
          documents.put(e.getName(), saved.readAllBytes());
        } else if (e.getName().endsWith("/layer.tar")) {
          layers.put(e.getName(), LayerFiles.read(saved));
        }
      }
    }
    Files.delete(tar);
    Map<String, ImageFacts> facts = new HashMap<>();
    for (JsonNode image : JSON.readTree(documents.get("manifest.json"))) {
      FlatTree tree = new FlatTree();
      for (JsonNode layer : image.path("Layers")) {
        tree.add(layers.get(links.getOrDefault(layer.asText(), layer.asText())));
      }
      ImageFacts made = ImageFacts.of(documents.get(image.path("Config").asText()), tree);
      image.path("RepoTags").forEach(tag -> facts.put(tag.asText().replace(":latest", ""), made));
    }
    return facts;
  }

  @Override
  public void close() throws IOException {
    daemon.destroy();
    try {
      if (!daemon.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        daemon.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      daemon.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    for (Path mount : Mounts.below(folder)) {
      Mounts.unmount(mount, Mounts.MNT_DETACH);
    }
    Trees.delete(folder);
  }
}
