package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Keeps what one build fetched from elsewhere as layers of the farm, with records like those of
 * steps: what one worker fetched, none fetches again. Safe for use by many threads.
 */
final class SourceLayers {
  private final Workshop workshop;
  private final BuildCache cache;
  private final Collection<MadeLayer> made;
  private final Map<Digest, Layer> found = new ConcurrentHashMap<>();
  private final Map<Digest, CompletableFuture<Layer>> kept = new ConcurrentHashMap<>();
  private final Map<Digest, CompletableFuture<Layer>> packing = new ConcurrentHashMap<>();
  private final Set<Digest> lost = ConcurrentHashMap.newKeySet();

  /**
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   */
  SourceLayers(Workshop workshop, BuildCache cache, Collection<MadeLayer> made) {
    this.workshop = workshop;
    this.cache = cache;
    this.made = made;
  }

  /** The record under a key, unless its layer was lost. */
  Optional<StepRecord> find(Digest key) throws IOException {
    Optional<StepRecord> there =
        Optional.ofNullable(
                workshop
                    .settings()
                    .records()
                    .findAll(cache.scope().readable(), List.of(key))
                    .get(key))
            .map(StepRecordStore.Found::stepRecord)
            .filter(known -> !isLost(known.layer()));
    there.ifPresent(known -> found.put(key, known.layer()));
    return there;
  }

  private boolean isLost(Layer layer) {
    return lost.contains(layer.blob().digest()) || lost.contains(layer.diffId());
  }

  /** A layer turned out missing or corrupt: it is not found any more. */
  void lost(Digest blob) {
    lost.add(blob);
  }

  /**
   * Makes a layer of these entries and keeps it.
   *
   * @param entries parents first
   * @param content where the bytes of a file come from
   * @param keys each gets a record
   * @param description for the records
   * @param began when fetching it did
   * @throws BuildFailure when a name means something else in layers
   */
  Layer keep(
      List<LayerEntry> entries,
      Function<LayerEntry, ContentSource> content,
      List<Digest> keys,
      String description,
      Instant began)
      throws BuildFailure, IOException, InterruptedException {
    for (LayerEntry entry : entries) {
      if (entry.path().name().startsWith(".wh.")) {
        // In a layer such a name removes a file instead of being one (OCI image specification).
        throw BuildFailure.user(
            "reserved-name", entry.path() + " cannot be taken over: names with .wh. are reserved");
      }
    }
    NewLayer layer = workshop.layers().withRoom("what was fetched", () -> write(entries, content));
    workshop.indexes().remember(layer.layer().diffId(), layer.index());
    Instant now = workshop.settings().clock().instant();
    MadeLayer storing =
        workshop
            .storage()
            .store(
                layer,
                new StepStorage.Facts(
                    cache.scope(),
                    keys,
                    description,
                    // Milliseconds, so that a record says the same after a round trip.
                    now.truncatedTo(ChronoUnit.MILLIS),
                    Math.max(0, Duration.between(began, now).toMillis())));
    made.add(storing);
    packing.put(layer.layer().diffId(), storing.packedLayer());
    keys.forEach(key -> kept.put(key, storing.packedLayer()));
    return layer.layer();
  }

  private NewLayer write(List<LayerEntry> entries, Function<LayerEntry, ContentSource> content)
      throws IOException {
    try (LayerWriter writer = LayerWriter.packingLater(workshop.scratch(), Compression.GZIP)) {
      for (LayerEntry entry : entries) {
        if (entry.type() == EntryType.FILE) {
          writer.add(entry, content.apply(entry));
        } else {
          writer.add(entry);
        }
      }
      return writer.finish();
    }
  }

  /** By diff id: the layers made here as they will be stored and pushed. */
  Map<Digest, CompletableFuture<Layer>> packing() {
    return packing;
  }

  /** The keys whose records were found or made, with their layers. */
  Map<Digest, Layer> used() {
    Map<Digest, Layer> used = new HashMap<>(found);
    kept.forEach(
        (key, layer) -> {
          // What is not packed yet is in no store, and named by no record.
          if (layer.state() == Future.State.SUCCESS) {
            used.put(key, layer.resultNow());
          }
        });
    return used;
  }
}
