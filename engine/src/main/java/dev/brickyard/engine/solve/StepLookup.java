package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the farm's memory knows of a build's steps. */
final class StepLookup {
  private final Workshop workshop;
  private final BuildRequest request;
  private final StepKeys keys;
  private final Map<Digest, StepRecordStore.Found> records;
  private final Set<Digest> lost;
  private final Set<Step> uncached;
  private final Map<Digest, CacheScope> origins = new ConcurrentHashMap<>();

  /**
   * @param records found under definition keys; a lost one is no hit
   * @param lost blobs that turned out missing or corrupt
   */
  StepLookup(
      Workshop workshop,
      BuildRequest request,
      BuildGraph graph,
      StepKeys keys,
      Map<Digest, StepRecordStore.Found> records,
      Set<Digest> lost) {
    this.workshop = workshop;
    this.request = request;
    this.keys = keys;
    this.records = records;
    this.lost = lost;
    this.uncached = uncached(request, graph);
  }

  private static Set<Step> uncached(BuildRequest request, BuildGraph graph) {
    Set<Step> steps = new HashSet<>();
    for (Stage stage : graph.stages()) {
      if (request.noCache() || isNamed(stage, request.options().noCacheStages())) {
        steps.addAll(stage.steps());
      }
    }
    return steps;
  }

  private static boolean isNamed(Stage stage, Set<String> names) {
    return names.stream()
        .anyMatch(
            name ->
                name.equals(Integer.toString(stage.index()))
                    || stage.name().filter(name::equalsIgnoreCase).isPresent());
  }

  /** Whether the step is to be run whatever the cache knows of it. */
  boolean isUncached(Step step) {
    return uncached.contains(step);
  }

  /** The record found under the step's definition key, unless it was lost. */
  Optional<StepRecordStore.Found> defined(Step step) {
    return isUncached(step)
        ? Optional.empty()
        : Optional.ofNullable(records.get(keys.definition(step))).filter(this::usable);
  }

  /** Whether there is a record under the step's definition key, of a layer that was lost. */
  boolean isLost(Step step) {
    StepRecordStore.Found found = records.get(keys.definition(step));
    return found != null && !usable(found);
  }

  private boolean usable(StepRecordStore.Found found) {
    Layer layer = found.stepRecord().layer();
    return !lost.contains(layer.blob().digest()) && !lost.contains(layer.diffId());
  }

  /** The record of a step that did the same to the same content. */
  Optional<StepRecord> sameContent(Step step, Digest contentKey) throws IOException {
    if (isUncached(step)) {
      return Optional.empty();
    }
    Optional<StepRecordStore.Found> same =
        Optional.ofNullable(
                workshop
                    .settings()
                    .records()
                    .findAll(request.cache().scope().readable(), List.of(contentKey))
                    .get(contentKey))
            .filter(this::usable);
    same.ifPresent(found -> origins.put(contentKey, found.scope()));
    return same.map(StepRecordStore.Found::stepRecord);
  }

  /** The scope whose record of a content key was found; empty while none was. */
  Optional<CacheScope> originOf(Digest contentKey) {
    return Optional.ofNullable(origins.get(contentKey));
  }

  /** Digests of just what the step reads of other roots. */
  List<Digest> readBy(Step step, FileSteps fileSteps, StepContext build) throws Exception {
    List<Digest> read = new ArrayList<>();
    switch (step.operation()) {
      case Operation.Copy copy -> {
        if (copy.from().isPresent()) {
          CopySpec spec = copy.spec();
          boolean keepOwner = spec.chown().isEmpty();
          read.add(fileSteps.select(spec, copy.from().get(), build).digest(keepOwner));
        }
      }
      case Operation.Run run -> {
        for (Operation.Mount mount : run.mounts()) {
          if (mount.from().isPresent() && mount.mount() instanceof RunMount.Bind bind) {
            CopySpec tree = StepKeys.wholeTree(bind.source());
            read.add(fileSteps.select(tree, mount.from().get(), build).digest(true));
          }
        }
      }
      case Operation.MakeDirectory directory -> {}
    }
    return read;
  }
}
