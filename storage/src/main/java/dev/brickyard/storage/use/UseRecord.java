package dev.brickyard.storage.use;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.util.List;
import java.util.Objects;

/**
 * What one job used of the cache, as it is stored.
 *
 * @param scopes in which the records may stand: the build's own, and those it reads besides
 * @param steps records, each with the layer it named
 * @param bases layers of base images: their indexes and unpacked forms were of use
 */
public record UseRecord(
    int schemaVersion, List<String> scopes, List<Step> steps, List<LayerName> bases) {
  /** The version this release writes. */
  public static final int SCHEMA_VERSION = 1;

  /** Reads leniently: what is absent is empty. */
  public UseRecord {
    scopes = scopes == null ? List.of() : List.copyOf(scopes);
    steps = steps == null ? List.of() : List.copyOf(steps);
    bases = bases == null ? List.of() : List.copyOf(bases);
  }

  /**
   * A step.
   *
   * @param keys of its records
   */
  public record Step(List<Digest> keys, LayerName layer) {
    public Step {
      keys = List.copyOf(keys);
      Objects.requireNonNull(layer);
    }
  }

  /**
   * The names under which a layer is stored.
   *
   * @param diffId of the index and other forms of the layer
   * @param blob the layer as it is pushed
   */
  public record LayerName(Digest diffId, Digest blob) {
    public LayerName {
      Objects.requireNonNull(diffId);
      Objects.requireNonNull(blob);
    }

    private static LayerName of(Layer layer) {
      return new LayerName(layer.diffId(), layer.blob().digest());
    }
  }

  /** What a build used in these scopes. */
  public static UseRecord of(List<CacheScope> scopes, CacheUse use) {
    return new UseRecord(
        SCHEMA_VERSION,
        scopes.stream().map(CacheScope::name).toList(),
        use.steps().stream()
            .map(step -> new Step(List.copyOf(step.keys()), LayerName.of(step.layer())))
            .toList(),
        use.bases().stream().map(LayerName::of).toList());
  }
}
