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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Debian's buildah, with its cache in the registry. */
public final class BuildahBuilder implements Builder {
  /** There is only version 2 of control groups: crun, which it prefers, runs nowhere else. */
  private static final Path UNIFIED = Path.of("/sys/fs/cgroup/cgroup.controllers");

  private final Path folder;
  private final String registry;
  private final Program program;
  private String version = "";

  /**
   * @param folder its own; made when missing, removed at the end
   * @param registry host and port
   */
  public BuildahBuilder(Path folder, Site site, String registry) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.registry = registry;
    Map<String, String> environment = new HashMap<>();
    environment.put("CONTAINERS_REGISTRIES_CONF", folder.resolve("registries.conf").toString());
    // Also where it keeps cache mounts.
    environment.put("TMPDIR", folder.resolve("tmp").toString());
    if (!Files.exists(UNIFIED)) {
      environment.put("BUILDAH_RUNTIME", "runc");
    }
    this.program = new Program(site, environment, folder.resolve("log"));
  }

  @Override
  public String name() {
    return "buildah";
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public void start() throws IOException, BenchException, InterruptedException {
    Files.writeString(
        folder.resolve("registries.conf"),
        """
        [[registry]]
        location = "%s"
        insecure = true
        """
            .formatted(registry));
    Files.createDirectories(folder.resolve("tmp"));
    String said = Program.output("buildah", "--version");
    version = said.replaceAll("^buildah version (\\S+).*$", "buildah $1, registry cache");
  }

  @Override
  public void emptyDisk() throws IOException, BenchException, InterruptedException {
    program.run(Duration.ofMinutes(1), buildah("rm", "-a"));
    program.run(Duration.ofMinutes(1), buildah("rmi", "-a", "-f"));
    try {
      Leftovers.clear(folder);
    } catch (YardException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
    Folders.delete(folder.resolve("root"));
    Folders.delete(folder.resolve("run"));
    Folders.delete(folder.resolve("tmp"));
    Files.createDirectories(folder.resolve("tmp"));
  }

  @Override
  public Outcome build(Order order, Duration atMost) throws IOException, InterruptedException {
    String image = order.repository() + ":latest";
    String cache = order.repository() + "-cache";
    List<String> build =
        buildah(
            "build",
            "-q",
            "--layers",
            "--isolation",
            "oci",
            "--network",
            "host",
            "--tls-verify=false",
            "--cache-from",
            cache,
            "--cache-to",
            cache,
            "--build-arg",
            "BASE=" + order.base(),
            "-t",
            image,
            order.context().toString());
    long begun = System.nanoTime();
    boolean done = program.run(atMost, build);
    long built = System.nanoTime();
    done =
        done
            && program.run(
                atMost, buildah("push", "-q", "--tls-verify=false", image, "docker://" + image));
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
      emptyDisk();
      Folders.delete(folder);
    } catch (IOException | BenchException e) {
      System.err.println("buildah's folder is not removed: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> buildah(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("buildah");
    command.add("--root=" + folder.resolve("root"));
    command.add("--runroot=" + folder.resolve("run"));
    command.addAll(List.of(arguments));
    return command;
  }
}
