package dev.brickyard.engine.differential;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.context.DirectoryContext;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.secret.BuildSecrets;
import dev.brickyard.engine.solve.FarmBuildEngine;
import dev.brickyard.engine.solve.TestYard;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Builds every case with this engine and with Docker's, several at a time. */
final class BothBuilders implements AutoCloseable {
  private static final String REPOSITORY = "differential";

  /** A build by Docker's client waits for most of its two or three seconds. */
  private static final int CLIENTS = 10;

  private final Path folder;
  private final TestYard yard;
  private final FarmBuildEngine engine;
  private final PushedImages pushed;
  private final FileServer files;
  private final DebianDocker docker;
  private final Instant begun = Instant.now();
  private final Map<String, Outcome> here = new ConcurrentHashMap<>();
  private final Map<String, Outcome> there = new ConcurrentHashMap<>();

  BothBuilders(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.yard = new TestYard(folder);
    this.engine = yard.worker();
    this.pushed = new PushedImages(yard.registry.host(), REPOSITORY);
    this.files = FileServer.start();
    try {
      this.docker = DebianDocker.start(yard.registry.host());
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      closeOurs();
      throw e;
    }
  }

  Instant begun() {
    return begun;
  }

  /** Builds and publishes the images that cases start from, in the order of their names. */
  void makeBases(List<CaseFile> bases) throws IOException, InterruptedException, BuildFailure {
    for (CaseFile base : bases) {
      CaseContext laid =
          CaseContext.lay(base, folder.resolve("bases").resolve(base.name()), hosts());
      String name = base.name().replaceFirst("^\\d+-", "");
      List<String> platforms =
          base.platforms().isEmpty() ? List.of(Platform.current().toString()) : base.platforms();
      List<Descriptor> manifests = new ArrayList<>();
      for (String platform : platforms) {
        BuildRequest request = request(laid, Platform.parse(platform), name);
        manifests.add(engine.build(request, new Watcher()).manifest());
      }
      engine.publish(
          new PublishRequest(
              manifests,
              List.of(yard.registry.reference(name + ":latest")),
              RegistryCredentials.NONE));
    }
  }

  /** Builds all of them; what came of it is asked afterwards. */
  void build(List<CaseFile> cases) throws IOException, InterruptedException {
    Map<String, String> tags = new HashMap<>();
    Map<String, List<Future<?>>> underway = new LinkedHashMap<>();
    ExecutorService builders = Executors.newFixedThreadPool(2);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      for (CaseFile file : cases) {
        String tag = "case-" + tags.size();
        tags.put(file.name(), tag);
        Path own = folder.resolve("cases").resolve(file.name());
        Future<CaseContext> laid = builders.submit(() -> CaseContext.lay(file, own, hosts()));
        List<Future<?>> builds = new ArrayList<>();
        if (usesDocker(file)) {
          builds.add(clients.submit(() -> buildThere(laid.get(), tag)));
        }
        builds.add(builders.submit(() -> buildHere(laid.get())));
        underway.put(file.name(), builds);
      }
      for (var builds : underway.entrySet()) {
        for (Future<?> build : builds.getValue()) {
          try {
            build.get();
          } catch (ExecutionException e) {
            throw new AssertionError(builds.getKey() + ": " + e.getCause(), e.getCause());
          }
        }
      }
    } finally {
      builders.shutdownNow();
      clients.shutdownNow();
    }
    List<String> made = new ArrayList<>();
    for (CaseFile file : cases) {
      if (usesDocker(file) && !there.containsKey(file.name())) {
        made.add(tags.get(file.name()));
      }
    }
    Map<String, ImageFacts> facts = docker.facts(made);
    tags.forEach(
        (name, tag) -> {
          if (facts.containsKey(tag)) {
            there.put(name, new Outcome.Built(facts.get(tag)));
          }
        });
  }

  /** False when all Docker could do with the case is to refuse it for its own age. */
  static boolean usesDocker(CaseFile file) {
    return file.newer().isEmpty() || file.section(CaseFile.OLDER).isPresent();
  }

  private Optional<String> buildThere(CaseContext laid, String tag)
      throws IOException, InterruptedException {
    Optional<String> failed = docker.build(laid, tag);
    failed.ifPresent(
        said -> there.put(laid.file().name(), new Outcome.Failed(said, Optional.empty())));
    return failed;
  }

  private Outcome buildHere(CaseContext laid) throws IOException, InterruptedException {
    CaseFile file = laid.file();
    Watcher watcher = new Watcher();
    Outcome outcome;
    try {
      Platform platform = file.platform().map(Platform::parse).orElse(Platform.current());
      BuildResult result = engine.build(request(laid, platform, REPOSITORY), watcher);
      outcome = new Outcome.Built(pushed.facts(result.manifest().digest()));
    } catch (BuildFailure e) {
      outcome =
          new Outcome.Failed(
              watcher.log() + e.sentence(), e.range().map(range -> range.startLine()));
    } catch (RuntimeException | AssertionError e) {
      // Told of this case: the others are built all the same.
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      outcome = new Outcome.Failed("a defect: " + trace, Optional.empty());
    }
    here.put(file.name(), outcome);
    return outcome;
  }

  private BuildRequest request(CaseContext laid, Platform platform, String repository)
      throws IOException {
    CaseFile file = laid.file();
    Map<String, String> args = new HashMap<>();
    file.buildArgs().forEach((name, value) -> args.put(name, laid.here(value)));
    Map<String, byte[]> secrets = new HashMap<>();
    file.secrets().forEach((id, value) -> secrets.put(id, value.getBytes(StandardCharsets.UTF_8)));
    return new BuildRequest(
        file.dockerfile(),
        Files.readString(laid.dockerfile()),
        new DirectoryContext(laid.root()),
        platform,
        args,
        file.labels(),
        file.target(),
        false,
        TestYard.CACHE,
        List.of(yard.registry.reference(repository)),
        RegistryCredentials.NONE,
        Optional.empty(),
        BuildOptions.NONE.withSecrets(BuildSecrets.of(secrets, Map.of())));
  }

  private CaseContext.Hosts hosts() {
    return new CaseContext.Hosts(yard.registry.host(), files.host());
  }

  /** What this engine made of the case. */
  Outcome here(CaseFile file) {
    return found(here, file);
  }

  /** What Docker made of the case. */
  Outcome there(CaseFile file) {
    return found(there, file);
  }

  private static Outcome found(Map<String, Outcome> outcomes, CaseFile file) {
    Outcome outcome = outcomes.get(file.name());
    if (outcome == null) {
      throw new AssertionError(file.name() + " was not built");
    }
    return outcome;
  }

  @Override
  public void close() throws IOException {
    try {
      docker.close();
    } finally {
      closeOurs();
    }
  }

  private void closeOurs() throws IOException {
    files.close();
    pushed.close();
    yard.close();
  }
}
