package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.dockerfile.Frontend;
import dev.brickyard.engine.dockerfile.ParseWarning;
import dev.brickyard.engine.export.Attestation;
import dev.brickyard.engine.export.FormedImage;
import dev.brickyard.engine.export.ProvenanceStatement;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.GraphBuilder;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.lint.LintException;
import dev.brickyard.engine.lint.LintReport;
import dev.brickyard.engine.lint.LintRequest;
import dev.brickyard.engine.lint.Linter;
import dev.brickyard.engine.lint.Rule;
import dev.brickyard.engine.registry.ImagePusher;
import dev.brickyard.engine.registry.RegistryException;
import dev.brickyard.engine.snapshot.DiskFullException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** One build, from the Dockerfile's text to the pushed image. */
final class Build {
  private static final StepId EXPORT = new StepId("export");

  /** They are read while the image is pushed, and nearly always there long before this. */
  private static final Duration REASONS_PATIENCE = Duration.ofMillis(300);

  private final Workshop workshop;
  private final ImagePusher pusher;
  private final BuildRequest request;
  private final Progress progress;
  private final Collection<MadeLayer> made = new ConcurrentLinkedQueue<>();
  private final UsedCache used = new UsedCache();
  private final Fetches fetches;
  private final ExportSteps exports;
  private final Instant began;
  private final List<String> notes = new ArrayList<>();

  Build(Workshop workshop, ImagePusher pusher, BuildRequest request, Progress progress) {
    this.workshop = workshop;
    this.pusher = pusher;
    this.request = request;
    this.progress = progress;
    this.fetches = new Fetches(workshop, request.cache(), made);
    this.exports = new ExportSteps(workshop, request, progress);
    this.began = workshop.settings().clock().instant();
  }

  BuildResult run() throws BuildFailure, InterruptedException {
    try {
      return solve();
    } catch (BuildFailure | InterruptedException e) {
      throw e;
    } catch (RegistryException e) {
      throw e.toBuildFailure();
    } catch (RuntimeException e) {
      throw BuildFailure.farm("internal-error", "the engine has a defect: " + e, e);
    } catch (DiskFullException e) {
      throw BuildFailure.limit("disk-full", String.valueOf(e.getMessage()));
    } catch (InterruptedIOException | java.nio.channels.ClosedByInterruptException e) {
      InterruptedException interrupted = new InterruptedException();
      interrupted.initCause(e);
      throw interrupted;
    } catch (Exception e) {
      throw BuildFailure.farm("worker-failed", "the worker failed: " + e.getMessage(), e);
    } finally {
      fetches.close();
      progress.cancelOpen();
      dropFiles();
      used.fetched(fetches.used());
      request.cache().uses().used(used.summary());
    }
  }

  private BuildResult solve() throws Exception {
    checkFrontend();
    Dockerfile dockerfile;
    try {
      dockerfile = Dockerfile.parse(request.dockerfileName(), request.dockerfile());
    } catch (DockerfileException e) {
      throw BuildFailure.user(e.code(), e.sentence()).at(e.fileName(), e.range(), e.excerpt());
    }
    BuildGraph graph = graph(dockerfile);
    progress.planned(plans(graph));
    fetches.tell(graph, progress);
    ContextFiles context = ContextFiles.of(request);
    lint(dockerfile, graph, context);
    dockerfile.directives().syntax().map(Frontend::note).ifPresent(notes::add);
    if (!graph.unusedArgs().isEmpty()) {
      progress.warning(
          0,
          "One or more build-args [%s] were not consumed"
              .formatted(String.join(" ", graph.unusedArgs())));
    }
    Places places = new Places(dockerfile);
    StepKeys keys = StepKeys.of(graph, context, graph.epoch(), places);
    Map<Digest, StepRecordStore.Found> records =
        request.noCache()
            ? Map.of()
            : workshop
                .settings()
                .records()
                .findAll(request.cache().scope().readable(), keys.definitions());
    used.startsFrom(graph);
    used.found(records.values().stream().map(StepRecordStore.Found::stepRecord).toList());
    try (PushStep push = new PushStep(workshop.blobs(), pusher, request, graph, progress)) {
      return solve(graph, keys, context, records, places, push);
    }
  }

  /** Tells what the build checks found; fails where the Dockerfile wants them to find nothing. */
  private void lint(Dockerfile dockerfile, BuildGraph graph, ContextFiles context)
      throws BuildFailure {
    for (ParseWarning warning : dockerfile.warnings()) {
      if (Rule.find(warning.rule()).isEmpty()) {
        progress.warning(warning.range().startLine(), warning.sentence());
      }
    }
    Map<Integer, ImageConfig> bases = new HashMap<>();
    for (Stage stage : graph.stages()) {
      if (stage.root() instanceof Root.Image image) {
        bases.put(stage.index(), image.image().config());
      }
    }
    try {
      LintReport report =
          Linter.check(
              new LintRequest(
                  dockerfile,
                  request.buildArgs(),
                  request.target(),
                  false,
                  request.platform(),
                  Platform.current(),
                  context.ignore(),
                  stage -> Optional.ofNullable(bases.get(stage))));
      report.warnings().forEach(progress::checked);
      if (report.failure().isPresent()) {
        throw report.failure().get();
      }
    } catch (LintException e) {
      BuildFailure failure = BuildFailure.user(e.code(), e.sentence());
      throw e.range().isEmpty()
          ? failure
          : failure.at(dockerfile.fileName(), e.range().get(), e.excerpt().orElse(""));
    }
  }

  /** The front end can be chosen by the request too. */
  private void checkFrontend() throws BuildFailure {
    String syntax = request.buildArgs().get("BUILDKIT_SYNTAX");
    if (syntax != null) {
      Optional<String> complaint = Frontend.complaint(syntax);
      if (complaint.isPresent()) {
        throw BuildFailure.user("dockerfile-frontend", complaint.get());
      }
      notes.add(Frontend.note(syntax));
    }
  }

  /** Walks until no layer that was found turns out to be lost. */
  private BuildResult solve(
      BuildGraph graph,
      StepKeys keys,
      ContextFiles context,
      Map<Digest, StepRecordStore.Found> records,
      Places places,
      PushStep push)
      throws Exception {
    Set<Digest> lost = new HashSet<>();
    Causes causes = causes(graph, keys, context);
    while (true) {
      StepLookup lookup = new StepLookup(workshop, request, graph, keys, records, lost);
      Walk walk =
          new Walk(
              workshop, request, graph, keys, context, lookup, places, progress, causes, made,
              push);
      try {
        BuildResult result = realise(graph, walk, push, context);
        tellRest(graph, lookup, causes);
        return result;
      } catch (BuildFailure | InterruptedException e) {
        throw e;
      } catch (Exception e) {
        LostLayerException missing = LostLayerException.in(e).orElseThrow(() -> e);
        if (!lost.add(missing.blob())) {
          throw e;
        }
        if (missing.corrupt()) {
          // The new layer may have the very same digest, and must not be taken for stored.
          workshop.settings().blobs().discard(missing.blob());
        }
        fetches.lost(missing.blob());
        progress.cancelOpen();
      } finally {
        used.realised(graph, keys, walk);
      }
    }
  }

  private BuildGraph graph(Dockerfile dockerfile) throws BuildFailure, InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      RegistryImages images =
          new RegistryImages(
              workshop.settings().registry(), request.credentials(), workshop.blobs(), threads);
      try {
        return new GraphBuilder(dockerfile, request, Platform.current(), images, fetches).build();
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private BuildResult realise(BuildGraph graph, Walk walk, PushStep push, ContextFiles context)
      throws Exception {
    Parallel.run(walk.tasks());
    progress.started(EXPORT);
    notes.forEach(
        note -> progress.log(EXPORT, false, (note + "\n").getBytes(StandardCharsets.UTF_8)));
    List<Layer> layers = packed(walk);
    ImageConfig config =
        new ImageAssembler(walk.results(), graph.epoch()).assemble(graph.target(), layers);
    Optional<ProvenanceStatement> said =
        request
            .options()
            .provenance()
            .map(
                asked ->
                    new ProvenanceStatement(
                        asked,
                        GatheredFacts.of(
                            request,
                            graph,
                            context.digest(),
                            plans(graph),
                            began,
                            workshop.settings().clock().instant())));
    FormedImages images =
        new FormedImages(
            new LayerForms(workshop, request, used),
            config,
            layers,
            ofBase(graph.target().root()),
            said);
    FormedImage pushed = images.of(request.options().form(), request.pushTo());
    push.finish(pushed);
    Optional<FormedImage> exported = exports.write(images, layers, graph.epoch());
    awaitStored(walk);
    progress.finished(EXPORT, StepOutcome.DONE);
    FormedImage result = request.pushTo().isEmpty() ? exported.orElse(pushed) : pushed;
    return new BuildResult(
        result.descriptor(),
        config.descriptor().digest(),
        result.layers(),
        result.attestation().map(Attestation::entry));
  }

  /** How many of the image's layers are its base image's. */
  private static int ofBase(Root root) {
    return switch (root) {
      case Root.Scratch scratch -> 0;
      case Root.Fetched fetched -> 0;
      case Root.Image image -> image.image().layers().size();
      case Root.OfStage(Stage stage) -> ofBase(stage.root());
    };
  }

  private Causes causes(BuildGraph graph, StepKeys keys, ContextFiles context) {
    return new Causes(
        workshop.settings().anatomies(),
        task -> workshop.storage().inBackground(Executors.callable(task)),
        request,
        graph,
        keys,
        context);
  }

  /** What nobody had to ask for, and what a later build will be compared with. */
  private void tellRest(BuildGraph graph, StepLookup lookup, Causes causes)
      throws InterruptedException {
    causes.remember();
    progress.awaitReasons(REASONS_PATIENCE);
    Map<StepId, StepCause> why = new HashMap<>();
    Set<Digest> unread = new HashSet<>();
    for (Root.Image image : images(graph)) {
      if (!progress.hasEnded(image.id())) {
        long bytes =
            image.image().layers().stream()
                .filter(layer -> unread.add(layer.diffId()))
                .mapToLong(layer -> layer.blob().size())
                .sum();
        progress.counted(image.id(), "bytes-skipped", bytes, bytes);
        why.put(image.id(), Causes.notPulled());
      }
    }
    for (Stage stage : graph.stages()) {
      for (Step step : stage.steps()) {
        if (!progress.hasEnded(step.id())) {
          lookup
              .defined(step)
              .ifPresent(
                  found -> {
                    long saved = found.stepRecord().durationMillis();
                    progress.counted(step.id(), "millis-saved", saved, saved);
                    why.put(step.id(), causes.defined(found.scope()));
                  });
        }
      }
    }
    progress.cacheRest(
        Set.of(EXPORT, PushStep.ID), step -> why.getOrDefault(step, Causes.notNeeded()));
  }

  private static List<Root.Image> images(BuildGraph graph) {
    List<Root.Image> images = new ArrayList<>(graph.images());
    for (Stage stage : graph.stages()) {
      if (stage.root() instanceof Root.Image image) {
        images.add(image);
      }
    }
    return images;
  }

  /** The target's layers as they travel: those made here are awaited. */
  private List<Layer> packed(Walk walk) throws Exception {
    Map<Digest, CompletableFuture<Layer>> packing = new HashMap<>(fetches.packing());
    for (StepResult result : walk.results().values()) {
      packing.put(result.layer().diffId(), result.packed());
    }
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : walk.target().layers()) {
      CompletableFuture<Layer> packed = packing.get(layer.diffId());
      try {
        layers.add(packed == null ? layer : packed.get());
      } catch (ExecutionException e) {
        throw notKept("worker-failed", "a finished step's layer could not be packed", e);
      }
    }
    return layers;
  }

  /** The steps' layers and records are durable, or the build fails. */
  private void awaitStored(Walk walk) throws Exception {
    try {
      long bytes = 0;
      for (MadeLayer layer : made) {
        bytes += layer.packed().get().layer().blob().size();
      }
      long stored = 0;
      for (MadeLayer layer : made) {
        layer.stored().get();
        stored += layer.packed().get().layer().blob().size();
        progress.counted(EXPORT, "bytes-stored", stored, bytes);
      }
      for (StepResult result : walk.results().values()) {
        result.stored().get();
      }
    } catch (ExecutionException e) {
      progress.finished(EXPORT, StepOutcome.FAILED);
      throw notKept("store-unavailable", "a finished step could not be stored", e);
    }
  }

  /** The disk may have been full all the while, however well the rest works. */
  private static BuildFailure notKept(String code, String sentence, ExecutionException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DiskFullException full) {
        return BuildFailure.limit("disk-full", String.valueOf(full.getMessage()));
      }
    }
    return BuildFailure.farm(code, sentence, failure.getCause());
  }

  private void dropFiles() {
    made.forEach(workshop.storage()::dropWhenStored);
  }

  private List<StepPlan> plans(BuildGraph graph) {
    List<StepPlan> plans = new ArrayList<>();
    for (Root.Image image : graph.images()) {
      plans.add(new StepPlan(image.id(), image.name(), image.line(), List.of()));
    }
    for (Root.Fetched files : graph.fetched()) {
      plans.add(new StepPlan(files.id(), files.name(), files.range().startLine(), List.of()));
    }
    for (Stage stage : graph.stages()) {
      List<StepId> before = inputs(stage.root());
      if (stage.root() instanceof Root.Image image) {
        plans.add(new StepPlan(image.id(), image.name(), image.line(), List.of()));
      }
      for (Step step : stage.steps()) {
        List<StepId> inputs = new ArrayList<>(before);
        StepKeys.roots(step.operation()).forEach(root -> inputs.addAll(inputs(root)));
        plans.add(new StepPlan(step.id(), step.name(), step.range().startLine(), inputs));
        before = List.of(step.id());
      }
    }
    plans.add(new StepPlan(EXPORT, "exporting image", 0, lastOf(graph.target())));
    if (!request.pushTo().isEmpty()) {
      String targets =
          request.pushTo().stream().map(ImageReference::name).collect(Collectors.joining(", "));
      plans.add(new StepPlan(PushStep.ID, "pushing " + targets, 0, List.of(EXPORT)));
    }
    plans.addAll(exports.plans(List.of(EXPORT)));
    return plans;
  }

  private static List<StepId> inputs(Root root) {
    return switch (root) {
      case Root.Scratch scratch -> List.of();
      case Root.Image image -> List.of(image.id());
      case Root.Fetched files -> List.of(files.id());
      case Root.OfStage(Stage stage) -> lastOf(stage);
    };
  }

  private static List<StepId> lastOf(Stage stage) {
    return stage.steps().isEmpty() ? inputs(stage.root()) : List.of(stage.steps().getLast().id());
  }
}
