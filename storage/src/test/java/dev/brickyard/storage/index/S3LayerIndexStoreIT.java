package dev.brickyard.storage.index;

import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.cache.LayerIndexStoreContract;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The layer index store's promises, kept by S3. */
class S3LayerIndexStoreIT extends LayerIndexStoreContract {
  private static S3Server server;
  private static int buckets;
  private String bucket;
  private S3ObjectStore objects;

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
    return new S3LayerIndexStore(objects);
  }

  @Override
  protected void damage(LayerIndexStore store, Digest diffId) throws Exception {
    Path file = server.file(bucket, "layers/" + diffId.hex());
    byte[] content = Files.readAllBytes(file);
    content[content.length - 1] ^= 1;
    Files.write(file, content);
  }
}
