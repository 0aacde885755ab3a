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
import dev.brickyard.engine.solve.FarmBuildEngine;
import dev.brickyard.engine.solve.TestYard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Builds every case with this engine and with Docker's, two at a time. */
final class BothBuilders implements AutoCloseable {
  private static final String REPOSITORY = "differential";

  private final Path folder;
  private final TestYard yard;
  private final FarmBuildEngine engine;
  private final PushedImages pushed;
  private final FileServer files;
  private final DebianDocker docker;
  private final Instant begun = Instant.now();
  private final Map<String, Outcome> here = new ConcurrentHashMap<>();
  final java.util.concurrent.atomic.AtomicLong hereNanos = new java.util.concurrent.atomic.AtomicLong();
  final java.util.concurrent.atomic.AtomicLong dockerNanos = new java.util.concurrent.atomic.AtomicLong();
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
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      Map<String, Future<?>> underway = new HashMap<>();
      for (CaseFile file : cases) {
        String tag = "case-" + tags.size();
        tags.put(file.name(), tag);
        underway.put(
            file.name(),
            workers.submit(
                () -> {
                  buildCase(file, tag);
                  return null;
                }));
      }
      for (var build : underway.entrySet()) {
        try {
          build.getValue().get();
        } catch (ExecutionException e) {
          throw new AssertionError(build.getKey() + ": " + e.getCause(), e.getCause());
        }
      }
    } finally {
      workers.shutdownNow();
    }
    System.err.println("TIMES here " + hereNanos.get() / 1_000_000 + " ms, docker " + dockerNanos.get() / 1_000_000 + " ms");
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

  private void buildCase(CaseFile file, String tag) throws IOException, InterruptedException {
    CaseContext laid = CaseContext.lay(file, folder.resolve("cases").resolve(file.name()), hosts());
    if (usesDocker(file)) {
      long begin = System.nanoTime();
      Optional<String> failed = docker.build(laid, tag);
      dockerNanos.addAndGet(System.nanoTime() - begin);
      failed.ifPresent(said -> there.put(file.name(), new Outcome.Failed(said, Optional.empty())));
    }
    Platform platform = file.platform().map(Platform::parse).orElse(Platform.current());
    Watcher watcher = new Watcher();
    long begin = System.nanoTime();
    try {
      BuildResult result = engine.build(request(laid, platform, REPOSITORY), watcher);
      here.put(file.name(), new Outcome.Built(pushed.facts(result.manifest().digest())));
    } catch (BuildFailure e) {
      here.put(
          file.name(),
          new Outcome.Failed(
              watcher.log() + e.sentence(), e.range().map(range -> range.startLine())));
    } finally {
      hereNanos.addAndGet(System.nanoTime() - begin);
    }
  }

  private BuildRequest request(CaseContext laid, Platform platform, String repository)
      throws IOException {
    CaseFile file = laid.file();
    Map<String, String> args = new HashMap<>();
    file.buildArgs().forEach((name, value) -> args.put(name, laid.here(value)));
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
        BuildOptions.NONE);
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
