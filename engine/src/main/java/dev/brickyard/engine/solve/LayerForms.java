package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerRepacker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Packs layers in another way than the cache has them, once for the whole farm: what came of it is
 * stored beside them, under a record of its own that names layer and form.
 */
final class LayerForms {
  private final Workshop workshop;
  private final BuildRequest request;
  private final UsedCache used;

  LayerForms(Workshop workshop, BuildRequest request, UsedCache used) {
    this.workshop = workshop;
    this.request = request;
    this.used = used;
  }

  /**
   * The layers in a form: as they are where it asks for nothing else. A base image's layers are as
   * they are, too, unless the form forces them.
   *
   * @param ofBase how many of them, from the lowest, are the base image's
   */
  List<Layer> in(List<Layer> layers, int ofBase, ImageForm form) throws Exception {
    if (form.keepsLayers()) {
      return layers;
    }
    Map<Layer, Digest> keys = new HashMap<>();
    for (int i = form.force() ? 0 : ofBase; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (form.level().isPresent() || !isPacked(layer, form.packedWith())) {
        keys.put(layer, key(layer, form));
      }
    }
    Map<Digest, StepRecordStore.Found> known =
        workshop.settings().records().findAll(request.cache().scope().readable(), keys.values());
    Map<Layer, Layer> formed = new ConcurrentHashMap<>();
    Parallel.each(
        keys.entrySet(),
        todo -> formed.put(todo.getKey(), formed(todo.getKey(), todo.getValue(), known, form)));
    List<Layer> result = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      result.add(i < ofBase && !form.force() ? layer : formed.getOrDefault(layer, layer));
    }
    formed.forEach((layer, other) -> used.formed(other, key(layer, form)));
    return result;
  }

  private static boolean isPacked(Layer layer, Compression compression) {
    return Manifest.asOci(layer.blob()).mediaType().equals(compression.mediaType());
  }

  private static Digest key(Layer layer, ImageForm form) {
    return new KeyBuilder("packed-layer")
        .add(layer.diffId())
        .add(form.packedWith().name())
        .add(form.level().orElse(-1))
        .build();
  }

  private Layer formed(
      Layer layer, Digest key, Map<Digest, StepRecordStore.Found> known, ImageForm form)
      throws IOException, InterruptedException {
    StepRecordStore.Found found = known.get(key);
    if (found != null) {
      Layer packed = found.stepRecord().layer();
      if (packed.diffId().equals(layer.diffId())
          && workshop.settings().blobs().size(packed.blob().digest()).isPresent()) {
        return packed;
      }
    }
    LayerRepacker.Repacked packed =
        workshop.layers().withRoom("a layer in another form", () -> repack(layer, form));
    try {
      workshop.settings().blobs().put(packed.layer().blob().digest(), packed.file());
    } finally {
      Files.deleteIfExists(packed.file());
    }
    workshop
        .settings()
        .records()
        .put(
            request.cache().scope(),
            new StepRecord(
                key,
                packed.layer(),
                "layer packed with " + form.packedWith().word(),
                workshop.settings().producer(),
                workshop.settings().clock().instant(),
                0));
    return packed.layer();
  }

  private LayerRepacker.Repacked repack(Layer layer, ImageForm form)
      throws IOException, InterruptedException {
    try (InputStream blob = workshop.blobs().open(layer)) {
      return LayerRepacker.repack(layer, blob, workshop.scratch(), form.packedWith(), form.level());
    } catch (IOException e) {
      throw workshop.blobs().blamed(layer, e);
    }
  }
}
