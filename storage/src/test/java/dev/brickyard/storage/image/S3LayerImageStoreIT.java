package dev.brickyard.storage.image;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.cache.LayerImageStoreContract;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The layer image store's promises, kept by S3. */
class S3LayerImageStoreIT extends LayerImageStoreContract {
  private static S3Server server;
  private static int buckets;
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
    objects = new S3ObjectStore(server.settings("roots-" + ++buckets));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Override
  protected LayerImageStore store() {
    return new S3LayerImageStore(objects);
  }
}
