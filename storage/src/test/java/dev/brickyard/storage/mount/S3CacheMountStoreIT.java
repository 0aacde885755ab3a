package dev.brickyard.storage.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.CacheMountStore;
import dev.brickyard.engine.cachemount.CacheMountStoreContract;
import dev.brickyard.engine.cachemount.Chunk;
import dev.brickyard.engine.cachemount.MountGeneration;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The promises of a store of cache mounts, kept by S3. */
class S3CacheMountStoreIT extends CacheMountStoreContract {
  private static S3Server server;
  private static int buckets;
  private String bucket;
  private S3ObjectStore objects;
  private final List<String> faults = new ArrayList<>();

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
    bucket = "mounts-" + ++buckets;
    objects = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  private CacheMountStore store(Clock clock) {
    return new S3CacheMountStore(
        objects, (kind, reason, key) -> faults.add(kind + " " + reason), clock);
  }

  @Override
  protected CacheMountStore store() {
    return store(Clock.systemUTC());
  }

  @Override
  protected void damageChunk(CacheMountStore store, CacheScope scope, Digest chunk)
      throws IOException {
    damage(MountKeys.chunk(scope, chunk).value());
  }

  @Override
  protected void damageGeneration(CacheMountStore store, MountKey mount, long number)
      throws IOException {
    damage(MountKeys.generation(mount, number).value());
  }

  private void damage(String key) throws IOException {
    Path file = server.file(bucket, key);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void damageIsReported() throws Exception {
    CacheMountStore store = store();
    store.add(MOUNT, generation(1));
    damageGeneration(store, MOUNT, 1);
    assertThat(store.find(MOUNT, 1)).isEmpty();
    assertThat(faults).containsExactly(CacheFaults.Kind.MOUNT + " " + CacheFaults.Reason.CORRUPT);
  }

  private static MountGeneration generation(long number) {
    return new MountGeneration(number, Instant.EPOCH, "worker", new TreeMap<>());
  }

  @Test
  void aGenerationInAnothersPlaceIsNoGeneration() throws Exception {
    CacheMountStore store = store();
    store.add(MOUNT, generation(1));
    store.add(MOUNT, generation(2));
    Files.copy(
        server.file(bucket, MountKeys.generation(MOUNT, 1).value()),
        server.file(bucket, MountKeys.generation(MOUNT, 2).value()),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(store.find(MOUNT, 2)).isEmpty();
    assertThat(store.latest(MOUNT)).hasValue(1);
  }

  @Test
  void anOldChunkThatIsStoredAgainIsYoung() throws Exception {
    byte[] bytes = "chunk".getBytes(StandardCharsets.US_ASCII);
    Chunk chunk = new Chunk(Digest.of(bytes), bytes.length);
    store().putChunk(SCOPE, chunk, bytes);
    Path file = server.file(bucket, MountKeys.chunk(SCOPE, chunk.digest()).value());
    Instant stored = Files.getLastModifiedTime(file).toInstant();
    store().putChunk(SCOPE, chunk, bytes);
    assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(stored);
    Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(2)), ZoneOffset.UTC);
    store(later).putChunk(SCOPE, chunk, bytes);
    assertThat(Files.getLastModifiedTime(file).toInstant()).isAfter(stored);
  }

  @Test
  void theInventoryKnowsWhatIsThereAndWhatItNeeds() throws Exception {
    CacheMountStore store = store();
    byte[] bytes = "chunk".getBytes(StandardCharsets.US_ASCII);
    Chunk chunk = new Chunk(Digest.of(bytes), bytes.length);
    store.putChunk(SCOPE, chunk, bytes);
    store.putChunk(SCOPE.within("branch"), chunk, bytes);
    MountKey branch = MountKey.of(SCOPE.within("branch"), "/root/.m2");
    store.add(MOUNT, generation(1));
    store.add(MOUNT, generation(2));
    store.add(branch, generation(1));
    store.add(MountKey.of(new CacheScope("shopping"), "/root/.m2"), generation(1));
    MountInventory inventory = new MountInventory(objects);
    List<StoredGeneration> found = new ArrayList<>();
    inventory.generations(SCOPE, found::add);
    assertThat(found)
        .extracting(StoredGeneration::name)
        .containsExactly(
            new StoredGeneration.Name(MOUNT, 2),
            new StoredGeneration.Name(MOUNT, 1),
            new StoredGeneration.Name(branch, 1));
    assertThat(inventory.chunksOf(found.getFirst())).isEmpty();
    List<ObjectInfo> chunks = new ArrayList<>();
    inventory.chunks(SCOPE, chunks::add);
    assertThat(chunks)
        .extracting(ObjectInfo::key)
        .containsExactly(MountInventory.chunk(SCOPE, chunk.digest()));
  }
}
