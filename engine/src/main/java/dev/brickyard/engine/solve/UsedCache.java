package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;

/**
 * Collects what a build used of the cache. Not for use by several threads.
 *
 * <p>A record that was found counts as used even where the image did not need its layer: the steps
 * of a stage that is only copied from are what the next change of a source will need.
 */
final class UsedCache {
  private final Map<Layer, Set<Digest>> steps = new LinkedHashMap<>();
  private final Set<Layer> bases = new LinkedHashSet<>();

  /** The images the build starts from, whose layers' indexes it reads. */
  void startsFrom(BuildGraph graph) {
    for (Stage stage : graph.stages()) {
      if (stage.root() instanceof Root.Image image) {
        bases.addAll(image.image().layers());
      }
    }
    graph.images().forEach(image -> bases.addAll(image.image().layers()));
  }

  /** Records found under definition keys. */
  void found(Collection<StepRecord> records) {
    records.forEach(found -> add(found.layer(), found.key()));
  }

  /** What steps came to, by being executed or by being found. */
  void realised(BuildGraph graph, StepKeys keys, Walk walk) {
    for (Stage stage : graph.stages()) {
      for (Step step : stage.steps()) {
        StepResult result = walk.results().get(step.id());
        // What is not packed yet is in no store, and named by no record.
        if (result != null && result.packed().state() == Future.State.SUCCESS) {
          Layer layer = result.packed().resultNow();
          add(layer, keys.definition(step));
          keys.contentIfKnown(step).ifPresent(key -> add(layer, key));
        }
      }
    }
  }

  /** What was fetched from elsewhere, by the keys of its records. */
  void fetched(Map<Digest, Layer> layers) {
    layers.forEach((key, layer) -> add(layer, key));
  }

  /** A layer in another form than the cache has it in, and the key that form is known by. */
  void formed(Layer layer, Digest key) {
    add(layer, key);
  }

  private void add(Layer layer, Digest key) {
    steps.computeIfAbsent(layer, _ -> new HashSet<>()).add(key);
  }

  CacheUse summary() {
    List<CacheUse.StepUse> uses = new ArrayList<>();
    steps.forEach((layer, keys) -> uses.add(new CacheUse.StepUse(keys, layer)));
    return new CacheUse(uses, List.copyOf(bases));
  }
}
