package dev.brickyard.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.cache.LayerIndexStoreContract;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.HeardFaults;
import dev.brickyard.storage.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The layer index store's promises, kept by S3. */
class S3LayerIndexStoreIT extends LayerIndexStoreContract {
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
    bucket = "layers-" + ++buckets;
    objects = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Override
  protected LayerIndexStore store() {
    return new S3LayerIndexStore(objects, faults);
  }

  @Test
  void anotherLayersIndexIsAMissAndRemoved() throws Exception {
    Digest one = Digest.of("one");
    Digest two = Digest.of("two");
    LayerIndex index =
        new LayerIndex(List.of(LayerEntry.directory(new ImagePath("a"), 0755, 0, 0, 1)), Map.of());
    store().put(one, index);
    store().put(two, index);
    Files.copy(file(one), file(two), StandardCopyOption.REPLACE_EXISTING);

    assertThat(store().find(two)).isEmpty();
    assertThat(faults.heard()).containsExactly("INDEX CORRUPT");
    assertThat(file(two)).doesNotExist();
    assertThat(store().find(one)).isPresent();
  }

  @Test
  void truncatedIndexIsAMissAndRemoved() throws Exception {
    Digest one = Digest.of("one");
    store().put(one, new LayerIndex(List.of(), Map.of()));
    byte[] content = Files.readAllBytes(file(one));
    Files.write(file(one), Arrays.copyOf(content, content.length - 1));

    assertThat(store().find(one)).isEmpty();
    assertThat(faults.heard()).containsExactly("INDEX CORRUPT");
    assertThat(file(one)).doesNotExist();
  }

  private Path file(Digest diffId) {
    return server.file(bucket, "layers/" + diffId.hex());
  }

  @Override
  protected void damage(LayerIndexStore store, Digest diffId) throws Exception {
    Path file = file(diffId);
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
  }
}
