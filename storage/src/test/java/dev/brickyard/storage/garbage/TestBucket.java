package dev.brickyard.storage.garbage;

import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.storage.blob.S3BlobStore;
import dev.brickyard.storage.index.S3LayerIndexStore;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.RefreshingObjectStore;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.step.S3StepRecordStore;
import dev.brickyard.storage.use.UseKey;
import dev.brickyard.storage.use.UseRecord;
import dev.brickyard.storage.use.UseStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A bucket as workers and the api write it, and a farm that knows its builds. */
final class TestBucket implements BuildLedger {
  static final CacheScope PROJECT = new CacheScope("project");

  final ObjectStore objects;
  final Clock clock;
  final BlobStore blobs;
  final S3LayerIndexStore indexes;
  final S3StepRecordStore records;
  final UseStore uses;
  final Map<String, RetentionPolicy> policies = new ConcurrentHashMap<>();
  final Map<UUID, ContextNeed> contexts = new HashMap<>();
  volatile Optional<Duration> running = Optional.empty();
  private volatile Optional<Instant> oldest = Optional.empty();

  TestBucket(ObjectStore objects, Clock clock, Duration refreshAfter) {
    this(objects, clock, refreshAfter, Thread::sleep);
  }

  /**
   * @param pause how writers wait for a collector
   */
  TestBucket(
      ObjectStore objects, Clock clock, Duration refreshAfter, RetryingObjectStore.Pause pause) {
    this.objects = objects;
    this.clock = clock;
    ObjectStore written = new RefreshingObjectStore(objects, refreshAfter, clock, pause);
    this.blobs = S3BlobStore.verified(written);
    this.indexes = new S3LayerIndexStore(written);
    this.records = new S3StepRecordStore(written);
    this.uses = new UseStore(written);
  }

  /** A build runs since then; how long that is, the ledger says when it is asked. */
  void runsSince(Instant begun) {
    this.oldest = Optional.of(begun);
  }

  @Override
  public Optional<Duration> longestRunning() {
    return oldest.map(begun -> Duration.between(begun, clock.instant())).or(() -> running);
  }

  @Override
  public Map<UUID, ContextNeed> contexts(Set<UUID> ids) {
    Map<UUID, ContextNeed> found = new HashMap<>(contexts);
    found.keySet().retainAll(ids);
    return found;
  }

  CollectionReport collect(GarbageSettings settings, boolean dryRun) throws IOException {
    return new Collector(
            objects, this, project -> policies.getOrDefault(project, RetentionPolicy.DEFAULT))
        .collect(settings, dryRun);
  }

  static Digest key(String name) {
    return Digest.of("key " + name);
  }

  static byte[] content(String name) {
    return ("content of " + name).getBytes(StandardCharsets.UTF_8);
  }

  static Layer layer(String name) {
    byte[] content = content(name);
    return new Layer(
        Digest.of("diff of " + name), Descriptor.of("layer", Digest.of(content), content.length));
  }

  /** A step was executed: blob, index and records are stored as a worker does it. */
  Layer execute(CacheScope scope, String name, Digest... keys) throws IOException {
    Layer layer = layer(name);
    blobs.put(layer.blob().digest(), content(name));
    indexes.put(layer.diffId(), new LayerIndex(List.of(), Map.of()));
    for (Digest key : keys) {
      records.put(scope, new StepRecord(key, layer, name, "worker", clock.instant(), 1));
    }
    return layer;
  }

  /** A build ends and tells what it used. */
  UseKey use(CacheScope scope, CacheUse.StepUse... steps) throws IOException {
    return use(scope, List.of(), steps);
  }

  UseKey use(CacheScope scope, List<Layer> bases, CacheUse.StepUse... steps) throws IOException {
    UseKey key = new UseKey(scope, UUID.randomUUID(), UUID.randomUUID(), 1);
    uses.put(key, UseRecord.of(scope.readable(), new CacheUse(List.of(steps), bases)));
    return key;
  }

  static CacheUse.StepUse step(Layer layer, Digest... keys) {
    return new CacheUse.StepUse(Set.of(keys), layer);
  }

  boolean has(String key) throws IOException {
    return objects.stat(new ObjectKey(key)).isPresent();
  }

  boolean hasBlob(Layer layer) throws IOException {
    return has("blobs/sha256/" + layer.blob().digest().hex());
  }

  boolean hasIndex(Layer layer) throws IOException {
    return has("layers/" + layer.diffId().hex());
  }

  boolean hasRecord(CacheScope scope, Digest key) throws IOException {
    return has("steps/" + scope.name() + "/" + key.hex());
  }
}
