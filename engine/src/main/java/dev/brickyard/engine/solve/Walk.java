package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.concurrent.atomic.AtomicBoolean;

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
  private final StepLookup lookup;
  private final Places places;
  private final Progress progress;
  private final PushStep push;
  private final Map<Integer, CompletableFuture<StageState>> stages = new HashMap<>();
  private final Map<StepId, StepResult> results = new ConcurrentHashMap<>();
  private final Causes causes;
  private final FileSteps fileSteps;
  private final StepExecution execution;

  /**
   * @param lookup what the cache knows of the steps
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   * @param push takes them ahead of the image
   */
  Walk(
      Workshop workshop,
      BuildRequest request,
      BuildGraph graph,
      StepKeys keys,
      ContextFiles context,
      StepLookup lookup,
      Places places,
      Progress progress,
      Causes causes,
      Collection<MadeLayer> made,
      PushStep push) {
    this.workshop = workshop;
    this.request = request;
    this.graph = graph;
    this.keys = keys;
    this.context = context;
    this.lookup = lookup;
    this.places = places;
    this.progress = progress;
    this.push = push;
    this.causes = causes;
    this.fileSteps = new FileSteps(workshop);
    this.execution = new StepExecution(workshop, request, keys, fileSteps, progress, made);
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
      boolean hit = lookup.defined(step).isPresent() && (found || !StepKeys.dependsOnBelow(step));
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
      case Root.Scratch scratch -> StageState.of(List.of());
      case Root.Image image -> StageState.of(image.image().layers());
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
    Optional<StepRecordStore.Found> defined = lookup.defined(step);
    if (defined.isPresent() && (state.asDefined() || !StepKeys.dependsOnBelow(step))) {
      return found(step, state, defined.get());
    }
    try {
      Digest contentKey = keys.content(step, state.layers(), lookup.readBy(step, fileSteps, this));
      Realised realised =
          execution.once(
              step,
              state.layers(),
              contentKey,
              lookup.isUncached(step),
              lookupOf(step, state, contentKey),
              () -> prepare(stage, step, state),
              this);
      StepResult result =
          switch (realised) {
            case Realised.Found(StepRecord same) -> alias(same, step);
            case Realised.Executed(StepResult made) -> made;
            case Realised.Shared(StepResult made) -> made;
          };
      if (!(realised instanceof Realised.Found)) {
        push.made(stage, result);
      }
      results.put(step.id(), result);
      tellEnd(step, state, contentKey, realised);
      return realised instanceof Realised.Executed
          ? state.plusMade(result)
          : state.plus(result.layer(), false);
    } catch (BuildFailure e) {
      progress.started(step.id());
      progress.finished(
          step.id(), StepOutcome.FAILED, causes.missed(step, lookup, state.asDefined()));
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

  /**
   * Spares a round trip for each step upon one that was executed a moment ago: the answer is known,
   * unless somebody watched that step and was faster with this one, which its lease would tell.
   */
  private LeasedExecution.Lookup lookupOf(Step step, StageState state, Digest contentKey) {
    if (!state.unprecedented() || !StepKeys.dependsOnBelow(step)) {
      return () -> lookup.sameContent(step, contentKey);
    }
    AtomicBoolean asked = new AtomicBoolean();
    return () ->
        asked.getAndSet(true) ? lookup.sameContent(step, contentKey) : Optional.<StepRecord>empty();
  }

  private StepResult alias(StepRecord found, Step step) {
    return StepResult.cached(
        found.layer(),
        found.createdAt(),
        workshop.storage().alias(request.cache().scope(), found, keys.definition(step)));
  }

  private void prepare(Stage stage, Step step, StageState state) throws Exception {
    if (step.operation() instanceof Operation.Run) {
      readAhead(stage, state);
      pullBase(stage);
    }
  }

  /** Reading and writing say in their own words that the thread was interrupted. */
  private static boolean isInterrupt(Exception e) {
    return e instanceof ClosedByInterruptException
        || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException));
  }

  private StageState found(Step step, StageState state, StepRecordStore.Found found) {
    StepRecord known = found.stepRecord();
    results.put(step.id(), StepResult.cached(known.layer(), known.createdAt()));
    saved(step, known);
    progress.cached(step.id(), causes.defined(found.scope()));
    return state.plus(known.layer(), state.asDefined());
  }

  private void tellEnd(Step step, StageState state, Digest contentKey, Realised realised) {
    switch (realised) {
      case Realised.Found(StepRecord same) -> {
        saved(step, same);
        progress.found(step.id(), causes.sameContent(step, lookup.originOf(contentKey)));
      }
      case Realised.Shared shared -> progress.found(step.id(), causes.doneElsewhere());
      case Realised.Executed executed ->
          progress.finished(
              step.id(), StepOutcome.DONE, causes.missed(step, lookup, state.asDefined()));
    }
  }

  private void saved(Step step, StepRecord known) {
    progress.counted(step.id(), "millis-saved", known.durationMillis(), known.durationMillis());
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
    try {
      new LayerPull(workshop.layers(), progress, image.id(), LayerPull.OF_BASE)
          .pull(image.image().layers());
      progress.finished(image.id(), StepOutcome.DONE);
    } catch (InterruptedException e) {
      progress.finished(image.id(), StepOutcome.CANCELED);
      throw e;
    } catch (Exception e) {
      progress.finished(image.id(), StepOutcome.FAILED);
      throw e;
    }
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
    return graph.epoch();
  }
}
