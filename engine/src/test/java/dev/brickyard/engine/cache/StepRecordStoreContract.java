package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link StepRecordStore} promises. */
public abstract class StepRecordStoreContract {
  private static final CacheScope SCOPE = new CacheScope("project-1");

  /** An empty store. */
  protected abstract StepRecordStore store() throws Exception;

  /** Makes the stored record unreadable, behind the store's back. */
  protected abstract void damage(StepRecordStore store, CacheScope scope, Digest key)
      throws Exception;

  private static StepRecord record(String key, String layer) {
    return new StepRecord(
        Digest.of(key),
        new Layer(
            Digest.of(layer),
            Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(layer + ".gz"), 42)),
        "RUN echo \"ünïcode\" \\\n  && true",
        "worker-1",
        Instant.parse("2026-11-23T10:15:30.123Z"),
        1500);
  }

  @Test
  void aRecordComesBackAsItWas() throws Exception {
    StepRecordStore store = store();
    StepRecord record = record("key", "layer");
    store.put(SCOPE, record);
    assertThat(store.findAll(SCOPE, List.of(record.key()))).isEqualTo(Map.of(record.key(), record));
  }

  @Test
  void missingKeysAreAbsent() throws Exception {
    StepRecordStore store = store();
    StepRecord there = record("there", "layer");
    store.put(SCOPE, there);
    assertThat(store.findAll(SCOPE, List.of(Digest.of("away"), there.key())))
        .containsOnlyKeys(there.key());
  }

  @Test
  void noKeysNoRecords() throws Exception {
    assertThat(store().findAll(SCOPE, List.of())).isEmpty();
  }

  @Test
  void manyKeysAreFoundAtOnce() throws Exception {
    StepRecordStore store = store();
    List<Digest> keys = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      StepRecord record = record("key-" + i, "layer-" + i);
      store.put(SCOPE, record);
      keys.add(record.key());
    }
    Map<Digest, StepRecord> found = store.findAll(SCOPE, keys);
    assertThat(found).hasSize(60);
    assertThat(found.get(Digest.of("key-17")).layer().diffId()).isEqualTo(Digest.of("layer-17"));
  }

  @Test
  void aLaterRecordReplacesAnEarlierOne() throws Exception {
    StepRecordStore store = store();
    store.put(SCOPE, record("key", "first"));
    store.put(SCOPE, record("key", "second"));
    assertThat(store.findAll(SCOPE, List.of(Digest.of("key"))).get(Digest.of("key")))
        .isEqualTo(record("key", "second"));
  }

  @Test
  void scopesDoNotSeeEachOther() throws Exception {
    StepRecordStore store = store();
    store.put(SCOPE, record("key", "layer"));
    assertThat(store.findAll(new CacheScope("project-2"), List.of(Digest.of("key")))).isEmpty();
    // A scope whose name begins like another's is not that scope.
    assertThat(store.findAll(new CacheScope("project"), List.of(Digest.of("key")))).isEmpty();
  }

  @Test
  void aScopeReadsWhatIsBeforeItAndNothingGoesUp() throws Exception {
    StepRecordStore store = store();
    CacheScope fork = SCOPE.within("pr-17");
    StepRecord both = record("both", "parent's");
    store.put(SCOPE, both);
    store.put(SCOPE, record("parent", "parent's"));
    StepRecord own = record("both", "own");
    store.put(fork, own);
    store.put(fork, record("own", "own"));
    List<Digest> keys = List.of(Digest.of("both"), Digest.of("parent"), Digest.of("own"));

    assertThat(store.findAll(fork.readable(), keys))
        .isEqualTo(
            Map.of(
                Digest.of("both"), new StepRecordStore.Found(own, fork),
                Digest.of("parent"), new StepRecordStore.Found(record("parent", "parent's"), SCOPE),
                Digest.of("own"), new StepRecordStore.Found(record("own", "own"), fork)));
    assertThat(store.findAll(SCOPE.readable(), keys))
        .containsOnlyKeys(Digest.of("both"), Digest.of("parent"))
        .containsEntry(Digest.of("both"), new StepRecordStore.Found(both, SCOPE));
    assertThat(store.findAll(SCOPE.within("pr-18").readable(), keys))
        .containsOnlyKeys(Digest.of("both"), Digest.of("parent"));
  }

  @Test
  void anUnreadableRecordOfOneScopeDoesNotHideItsParents() throws Exception {
    StepRecordStore store = store();
    CacheScope fork = SCOPE.within("pr-17");
    store.put(fork, record("key", "own"));
    store.put(SCOPE, record("key", "parent's"));
    damage(store, fork, Digest.of("key"));
    assertThat(store.findAll(fork.readable(), List.of(Digest.of("key"))).get(Digest.of("key")))
        .isEqualTo(new StepRecordStore.Found(record("key", "parent's"), SCOPE));
  }

  @Test
  void anUnreadableRecordIsAMiss() throws Exception {
    StepRecordStore store = store();
    store.put(SCOPE, record("bad", "layer"));
    store.put(SCOPE, record("good", "layer"));
    damage(store, SCOPE, Digest.of("bad"));
    assertThat(store.findAll(SCOPE, List.of(Digest.of("bad"), Digest.of("good"))))
        .containsOnlyKeys(Digest.of("good"));
  }
}
