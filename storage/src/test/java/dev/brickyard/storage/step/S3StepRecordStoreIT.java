package dev.brickyard.storage.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.cache.StepRecordStoreContract;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.StoreUnavailableException;
import dev.brickyard.storage.testing.HeardFaults;
import dev.brickyard.storage.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The step record store's promises, kept by S3. */
class S3StepRecordStoreIT extends StepRecordStoreContract {
  private static final CacheScope SCOPE = new CacheScope("swapped");
  private static S3Server server;
  private static int buckets;
  private String bucket;
  private S3ObjectStore objects;
  private final HeardFaults faults = new HeardFaults();

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    bucket = "steps-" + ++buckets;
    objects = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Override
  protected StepRecordStore store() {
    return new S3StepRecordStore(objects, faults);
  }

  @Override
  protected void damage(StepRecordStore store, CacheScope scope, Digest key) throws Exception {
    byte[] content = Files.readAllBytes(file(scope, key));
    content[0] = 'X';
    Files.write(file(scope, key), content);
  }

  @Test
  void recordUnderAnotherKeyIsAMissAndRemoved() throws Exception {
    store().put(SCOPE, stepRecord("one"));
    store().put(SCOPE, stepRecord("two"));
    Files.copy(
        file(SCOPE, Digest.of("one")),
        file(SCOPE, Digest.of("two")),
        StandardCopyOption.REPLACE_EXISTING);

    assertThat(store().findAll(SCOPE, List.of(Digest.of("one"), Digest.of("two"))))
        .containsOnlyKeys(Digest.of("one"));
    assertThat(faults.heard()).containsExactly("RECORD SWAPPED");
    assertThat(file(SCOPE, Digest.of("two"))).doesNotExist();
    assertThat(file(SCOPE, Digest.of("one"))).exists();
  }

  @Test
  void recordCopiedFromAForkIsAMissAndRemoved() throws Exception {
    CacheScope fork = SCOPE.within("pr-17");
    store().put(SCOPE, stepRecord("other"));
    store().put(fork, stepRecord("one"));
    Files.copy(file(fork, Digest.of("one")), file(SCOPE, Digest.of("one")));

    assertThat(store().findAll(SCOPE, List.of(Digest.of("one")))).isEmpty();
    assertThat(faults.heard()).containsExactly("RECORD CORRUPT");
    assertThat(file(SCOPE, Digest.of("one"))).doesNotExist();
    assertThat(store().findAll(fork, List.of(Digest.of("one")))).hasSize(1);
  }

  @Test
  void noBitCanChangeUnnoticed() throws Exception {
    store().put(SCOPE, stepRecord("one"));
    store().put(SCOPE, stepRecord("so that there always is a folder"));
    Path file = file(SCOPE, Digest.of("one"));
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i += 7) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(file, bad);
      assertThat(store().findAll(SCOPE, List.of(Digest.of("one")))).as("byte " + i).isEmpty();
      assertThat(file).as("byte " + i).doesNotExist();
    }
    Files.write(file, Arrays.copyOf(good, good.length - 1));
    assertThat(store().findAll(SCOPE, List.of(Digest.of("one")))).isEmpty();
    Files.write(file, good);
    assertThat(store().findAll(SCOPE, List.of(Digest.of("one")))).hasSize(1);
  }

  @Test
  void manyKeysAreFoundAtOnce() throws Exception {
    List<Digest> keys = IntStream.range(0, 200).mapToObj(i -> Digest.of("key " + i)).toList();
    for (int i = 0; i < 200; i += 2) {
      store().put(SCOPE, stepRecord("key " + i));
    }
    assertThat(store().findAll(SCOPE, keys)).hasSize(100);
  }

  @Test
  void outageIsNoMiss() throws Exception {
    store().put(SCOPE, stepRecord("one"));
    server.pause();
    try {
      assertThatThrownBy(() -> store().findAll(SCOPE, List.of(Digest.of("one"), Digest.of("two"))))
          .isInstanceOf(StoreUnavailableException.class);
    } finally {
      server.resume();
    }
    assertThat(store().findAll(SCOPE, List.of(Digest.of("one")))).hasSize(1);
  }

  private static StepRecord stepRecord(String key) {
    return new StepRecord(
        Digest.of(key),
        new Layer(
            Digest.of("layer"), Descriptor.of(MediaTypes.OCI_LAYER_ZSTD, Digest.of("blob"), 4)),
        "RUN " + key,
        "worker-1",
        Instant.parse("2026-01-01T00:00:00Z"),
        12);
  }

  private Path file(CacheScope scope, Digest key) {
    return server.file(bucket, "steps/" + scope.name() + "/" + key.hex());
  }
}
