package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepCause.Kind;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.explain.BuildAnatomy;
import dev.brickyard.engine.explain.BuildAnatomyStore;
import dev.brickyard.engine.explain.Comparison;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why the steps of one build hit or missed. What an earlier build was made of is read once, in
 * the background, and only when something missed; nothing waits for it.
 */
final class Causes {
  private static final Logger LOG = LoggerFactory.getLogger(Causes.class);

  private record Place(int stage, int step) {}

  private final BuildAnatomyStore store;
  private final Executor threads;
  private final BuildRequest request;
  private final BuildGraph graph;
  private final StepKeys keys;
  private final ContextFiles context;
  private final Map<StepId, Place> places = new HashMap<>();
  private @Nullable CompletableFuture<BuildAnatomy> now;
  private @Nullable CompletableFuture<Optional<Comparison>> comparison;

  /**
   * @param threads of the engine: what was started outlives the build that started it
   */
  Causes(
      BuildAnatomyStore store,
      Executor threads,
      BuildRequest request,
      BuildGraph graph,
      StepKeys keys,
      ContextFiles context) {
    this.store = store;
    this.threads = threads;
    this.request = request;
    this.graph = graph;
    this.keys = keys;
    this.context = context;
    for (int i = 0; i < graph.stages().size(); i++) {
      List<Step> steps = graph.stages().get(i).steps();
      for (int j = 0; j < steps.size(); j++) {
        places.put(steps.get(j).id(), new Place(i, j));
      }
    }
  }

  /** The step was found under its definition key. */
  StepCause defined(CacheScope scope) {
    return from(scope, Kind.SAME_DEFINITION, "same definition");
  }

  /** The step was found under its content key. */
  StepCause sameContent(Step step, Optional<CacheScope> scope) {
    if (scope.isEmpty()) {
      return doneElsewhere();
    }
    for (Root root : StepKeys.roots(step.operation())) {
      Optional<String> name = Anatomist.nameOf(root);
      if (name.isPresent()) {
        String verb = root instanceof Root.OfStage ? " was rebuilt with" : " has";
        return from(
            scope.get(),
            Kind.SAME_CONTENT,
            "same content: " + name.get() + verb + " the same files");
      }
    }
    return from(
        scope.get(), Kind.SAME_CONTENT, "same content: what is before it came to the same result");
  }

  private StepCause from(CacheScope scope, Kind kind, String sentence) {
    return StepCause.of(
        kind,
        scope.equals(request.cache().scope())
            ? sentence
            : sentence + ", from the parent scope " + scope.name());
  }

  /** Another build did it while this one wanted it. */
  StepCause doneElsewhere() {
    return StepCause.of(Kind.DONE_ELSEWHERE, "another build did it at the same time");
  }

  /** Nobody asked for what the step stands for. */
  static StepCause notNeeded() {
    return StepCause.of(Kind.NOT_NEEDED, "nothing in the image needed it anew");
  }

  /** No process saw the image's files. */
  static StepCause notPulled() {
    return StepCause.of(Kind.NOT_NEEDED, "no process had to see its files");
  }

  /**
   * Why the step has to be executed.
   *
   * @param asDefined whether all before it is what its definition key stood for
   * @return completes with nothing when that cannot be said; never fails
   */
  CompletableFuture<Optional<StepCause>> missed(Step step, StepLookup lookup, boolean asDefined) {
    if (lookup.isUncached(step)) {
      return known(StepCause.of(Kind.CACHE_OFF, "caching was off (--no-cache)"));
    }
    if (lookup.isLost(step)) {
      return known(StepCause.of(Kind.LAYER_LOST, "its layer was lost in the store"));
    }
    if (lookup.defined(step).isPresent() && !asDefined) {
      return known(
          StepCause.of(Kind.STEP_BEFORE_CHANGED, "what is before it ran anew, to another result"));
    }
    Place place = places.get(step.id());
    if (place == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return comparison()
        .thenApply(found -> Optional.of(compared(found, place)))
        .exceptionally(
            failure -> {
              LOG.debug("no reason can be given for {}", step.name(), failure);
              return Optional.empty();
            });
  }

  private static StepCause compared(Optional<Comparison> comparison, Place place) {
    if (comparison.isEmpty()) {
      return StepCause.of(
          Kind.NO_EARLIER_BUILD, "no earlier build of this Dockerfile in this project");
    }
    return comparison
        .get()
        .whyOther(place.stage(), place.step())
        .orElseGet(
            () -> StepCause.of(Kind.RESULT_REMOVED, "its result was removed from the cache"));
  }

  private static CompletableFuture<Optional<StepCause>> known(StepCause cause) {
    return CompletableFuture.completedFuture(Optional.of(cause));
  }

  private synchronized CompletableFuture<BuildAnatomy> now() {
    if (now == null) {
      now = inBackground(() -> new Anatomist(request, keys, context).of(graph));
    }
    return now;
  }

  private synchronized CompletableFuture<Optional<Comparison>> comparison() {
    if (comparison == null) {
      Digest id = Anatomist.id(request);
      List<CompletableFuture<Optional<BuildAnatomy>>> earlier =
          request.cache().scope().readable().stream()
              .map(scope -> inBackground(() -> store.find(scope, id)))
              .toList();
      comparison =
          CompletableFuture.allOf(earlier.toArray(CompletableFuture<?>[]::new))
              .thenCombine(
                  now(),
                  (done, mine) ->
                      earlier.stream()
                          .flatMap(found -> found.join().stream())
                          .findFirst()
                          .map(before -> new Comparison(before, mine)));
    }
    return comparison;
  }

  /** The build succeeded: the next one is compared with it. In the background. */
  void remember() {
    // After the reading, so that no step is compared with its own build.
    CompletableFuture<?> read;
    synchronized (this) {
      read = comparison == null ? CompletableFuture.completedFuture(null) : comparison;
    }
    var _ =
        read.handle((done, failure) -> done)
            .thenCombineAsync(
                now(),
                (done, mine) -> {
                  try {
                    store.put(request.cache().scope(), Anatomist.id(request), mine);
                  } catch (Exception e) {
                    LOG.debug("what the build was made of could not be stored", e);
                  }
                  return mine;
                },
                threads);
  }

  private interface Work<T> {
    T run() throws Exception;
  }

  private <T> CompletableFuture<T> inBackground(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            result.complete(work.run());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }
}
