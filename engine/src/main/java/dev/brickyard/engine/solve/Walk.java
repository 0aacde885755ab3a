package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.runtime.OutputSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * One pass over a graph: finds out which stages have to be looked into, and realises those, each on
 * a thread of its own.
 */
final class Walk implements StepContext {
  private final Workshop workshop;
  private final BuildRequest request;
  private final BuildGraph graph;
  private final StepKeys keys;
  private final ContextFiles context;
  private final Map<Digest, StepRecord> records;
  private final Set<Digest> lost;
  private final Places places;
  private final Progress progress;
  private final Map<Integer, CompletableFuture<StageState>> stages = new HashMap<>();
  private final Map<StepId, StepResult> results = new ConcurrentHashMap<>();
  private final Map<NewLayer, CompletableFuture<Void>> made;
  private final FileSteps fileSteps;
  private final RunStep runStep;

  /**
   * @param records found under definition keys; a lost one is no hit
   * @param lost blobs that turned out missing or corrupt
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   */
  Walk(
      Workshop workshop,
      BuildRequest request,
      BuildGraph graph,
      StepKeys keys,
      ContextFiles context,
      Map<Digest, StepRecord> records,
      Set<Digest> lost,
      Places places,
      Progress progress,
      Map<NewLayer, CompletableFuture<Void>> made) {
    this.workshop = workshop;
    this.request = request;
    this.graph = graph;
    this.keys = keys;
    this.context = context;
    this.records = records;
    this.lost = lost;
    this.places = places;
    this.progress = progress;
    this.made = made;
    this.fileSteps = new FileSteps(workshop);
    this.runStep = new RunStep(workshop, fileSteps);
  }

  /** The work to be done, one task for each stage; they wait for each other as they must. */
  List<Callable<StageState>> tasks() {
    Set<Integer> needed = new HashSet<>();
    need(graph.target(), needed);
    List<Callable<StageState>> tasks = new ArrayList<>();
    for (Stage stage : graph.stages()) {
      if (needed.contains(stage.index())) {
        CompletableFuture<StageState> outcome = new CompletableFuture<>();
        stages.put(stage.index(), outcome);
        tasks.add(() -> realise(stage, outcome));
      }
    }
    return tasks;
  }

  /** What every realised step came to. */
  Map<StepId, StepResult> results() {
    return results;
  }

  /** The target's root filesystem, once its task is done. */
  StageState target() throws Exception {
    return stateOf(graph.target());
  }

  /** Adds the stage and those it needs; true when all its steps were found as defined. */
  private boolean need(Stage stage, Set<Integer> needed) {
    boolean found = !(stage.root() instanceof Root.OfStage(Stage below)) || need(below, needed);
    needed.add(stage.index());
    for (Step step : stage.steps()) {
      boolean hit =
          record(keys.definition(step)).isPresent() && (found || !StepKeys.dependsOnBelow(step));
      if (!hit) {
        found = false;
        for (Root root : StepKeys.roots(step.operation())) {
          if (root instanceof Root.OfStage(Stage source) && !needed.contains(source.index())) {
            need(source, needed);
          }
        }
      }
    }
    return found;
  }

  private Optional<StepRecord> record(Digest key) {
    return Optional.ofNullable(records.get(key)).filter(this::usable);
  }

  private boolean usable(StepRecord record) {
    Layer layer = record.layer();
    return !lost.contains(layer.blob().digest()) && !lost.contains(layer.diffId());
  }

  private StageState realise(Stage stage, CompletableFuture<StageState> outcome) throws Exception {
    try {
      StageState state = begin(stage);
      for (Step step : stage.steps()) {
        state = realise(stage, step, state);
      }
      outcome.complete(state);
      return state;
    } catch (Throwable t) {
      outcome.completeExceptionally(t);
      throw t;
    }
  }

  private StageState begin(Stage stage) throws Exception {
    return switch (stage.root()) {
      case Root.Scratch scratch -> new StageState(List.of(), true);
      case Root.Image image -> new StageState(image.image().layers(), true);
      case Root.OfStage(Stage below) -> stateOf(below);
    };
  }

  private StageState stateOf(Stage stage) throws Exception {
    CompletableFuture<StageState> outcome = stages.get(stage.index());
    if (outcome == null) {
      throw new IllegalStateException("stage " + stage.index() + " was not asked for");
    }
    try {
      return outcome.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private StageState realise(Stage stage, Step step, StageState state) throws Exception {
    Optional<StepRecord> defined = record(keys.definition(step));
    if (defined.isPresent() && (state.asDefined() || !StepKeys.dependsOnBelow(step))) {
      return found(step, state, defined.get(), state.asDefined());
    }
    try {
      Digest contentKey = keys.content(step, state.layers(), readBy(step));
      Optional<StepRecord> same = sameContent(contentKey);
      if (same.isPresent()) {
        StepResult result =
            new StepResult(
                same.get().layer(),
                same.get().createdAt(),
                workshop.storage().alias(request.scope(), same.get(), keys.definition(step)));
        results.put(step.id(), result);
        progress.cached(step.id());
        return state.plus(result.layer(), false);
      }
      if (step.operation() instanceof Operation.Run) {
        readAhead(stage, state);
        pullBase(stage);
      }
      progress.started(step.id());
      StepResult result = executeOnce(step, state, contentKey);
      results.put(step.id(), result);
      progress.finished(step.id(), StepOutcome.DONE);
      return state.plus(result.layer(), false);
    } catch (BuildFailure e) {
      progress.started(step.id());
      progress.finished(step.id(), StepOutcome.FAILED);
      throw places.at(e, step);
    } catch (InterruptedException e) {
      progress.finished(step.id(), StepOutcome.CANCELED);
      throw e;
    } catch (Exception e) {
      boolean stopped = Thread.currentThread().isInterrupted() || isInterrupt(e);
      boolean again = stopped || LostLayerException.in(e).isPresent();
      progress.finished(step.id(), again ? StepOutcome.CANCELED : StepOutcome.FAILED);
      throw e;
    }
  }

  /** Reading and writing say in their own words that the thread was interrupted. */
  private static boolean isInterrupt(Exception e) {
    return e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException));
  }

  private StageState found(Step step, StageState state, StepRecord record, boolean asDefined) {
    results.put(step.id(), StepResult.cached(record.layer(), record.createdAt()));
    progress.cached(step.id());
    return state.plus(record.layer(), asDefined);
  }

  private Optional<StepRecord> sameContent(Digest contentKey) throws IOException {
    if (request.noCache()) {
      return Optional.empty();
    }
    return Optional.ofNullable(
            workshop
                .settings()
                .records()
                .findAll(request.scope(), List.of(contentKey))
                .get(contentKey))
        .filter(this::usable);
  }

  /** Digests of just what the step reads of other roots. */
  private List<Digest> readBy(Step step) throws Exception {
    List<Digest> read = new ArrayList<>();
    switch (step.operation()) {
      case Operation.Copy copy -> {
        if (copy.from().isPresent()) {
          CopySpec spec = copy.spec();
          boolean keepOwner = spec.chown().isEmpty();
          read.add(fileSteps.select(spec, copy.from().get(), this).digest(keepOwner));
        }
      }
      case Operation.Run run -> {
        for (Operation.Mount mount : run.mounts()) {
          if (mount.from().isPresent() && mount.mount() instanceof RunMount.Bind bind) {
            CopySpec tree = StepKeys.wholeTree(bind.source());
            read.add(fileSteps.select(tree, mount.from().get(), this).digest(true));
          }
        }
      }
      case Operation.MakeDirectory directory -> {}
    }
    return read;
  }

  /**
   * While a process runs, reads the indexes that a later COPY or WORKDIR of the stage will ask for.
   * Only to save time: whoever needs one and does not find it meets the failure itself.
   */
  private void readAhead(Stage stage, StageState state) {
    if (stage.steps().stream().anyMatch(step -> !(step.operation() instanceof Operation.Run))) {
      workshop.storage().inBackground(() -> workshop.indexes().of(state.layers()));
    }
  }

  /** Fetches the layers of the stage's base image, as a process must see them now. */
  private void pullBase(Stage stage) throws Exception {
    Root root = stage.root();
    while (root instanceof Root.OfStage(Stage below)) {
      root = below.root();
    }
    if (!(root instanceof Root.Image image)
        || image.image().layers().stream().allMatch(workshop.layers()::has)) {
      return;
    }
    progress.started(image.id());
    long bytes = image.image().layers().stream().mapToLong(layer -> layer.blob().size()).sum();
    progress.counted(image.id(), "bytes-pulled", 0, bytes);
    try {
      Parallel.each(image.image().layers(), workshop.layers()::unpacked);
      progress.counted(image.id(), "bytes-pulled", bytes, bytes);
      progress.finished(image.id(), StepOutcome.DONE);
    } catch (InterruptedException e) {
      progress.finished(image.id(), StepOutcome.CANCELED);
      throw e;
    } catch (Exception e) {
      progress.finished(image.id(), StepOutcome.FAILED);
      throw e;
    }
  }

  private StepResult executeOnce(Step step, StageState state, Digest contentKey) throws Exception {
    OutputSink out = (stderr, chunk) -> progress.log(step.id(), stderr, chunk);
    if (request.noCache()) {
      return execute(step, state, contentKey, out);
    }
    return workshop
        .executions()
        .run(
            new SharedExecutions.Key(request.scope(), contentKey),
            out,
            relay -> execute(step, state, contentKey, relay));
  }

  private StepResult execute(Step step, StageState state, Digest contentKey, OutputSink out)
      throws Exception {
    workshop.slots().acquire();
    NewLayer layer;
    Instant start = workshop.settings().clock().instant();
    try {
      layer =
          switch (step.operation()) {
            case Operation.Run run -> runStep.run(run, state.layers(), request.scope(), this, out);
            case Operation.Copy copy -> fileSteps.copy(copy, state.layers(), this);
            case Operation.MakeDirectory directory ->
                fileSteps.makeDirectory(directory, state.layers(), this);
          };
    } finally {
      workshop.slots().release();
    }
    // Milliseconds, so that a record says the same after a round trip through any store.
    Instant end = workshop.settings().clock().instant().truncatedTo(ChronoUnit.MILLIS);
    workshop.blobs().made(layer);
    workshop.indexes().remember(layer.layer().diffId(), layer.index());
    CompletableFuture<Void> stored =
        workshop
            .storage()
            .store(
                layer,
                new StepStorage.Facts(
                    request.scope(),
                    List.of(keys.definition(step), contentKey),
                    step.source(),
                    end,
                    Math.max(0, Duration.between(start, end).toMillis())));
    made.put(layer, stored);
    return new StepResult(layer.layer(), end, stored);
  }

  @Override
  public List<Layer> layersOf(Root root) throws Exception {
    return switch (root) {
      case Root.Scratch scratch -> List.of();
      case Root.Image image -> image.image().layers();
      case Root.OfStage(Stage stage) -> stateOf(stage).layers();
    };
  }

  @Override
  public ContextFiles context() {
    return context;
  }

  @Override
  public Optional<Instant> epoch() {
    return request.sourceDateEpoch();
  }
}
