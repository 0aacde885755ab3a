package dev.brickyard.storage.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BlobStoreContract;
import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.RetryPolicy;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.StoreUnavailableException;
import dev.brickyard.storage.testing.HeardFaults;
import dev.brickyard.storage.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The blob store's promises, kept by S3. */
class S3BlobStoreIT extends BlobStoreContract {
  private static S3Server server;
  private static int buckets;
  private String bucket;
  private S3ObjectStore objects;
  @TempDir Path folder;
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
    bucket = "blobs-" + ++buckets;
    objects = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  @Override
  protected BlobStore store() {
    return S3BlobStore.verified(objects, faults);
  }

  @Override
  protected void damage(BlobStore store, Digest digest) throws Exception {
    byte[] content = Files.readAllBytes(file(digest));
    content[content.length / 2] ^= 1;
    Files.write(file(digest), content);
  }

  @Test
  void truncatedBlobIsCorrupt() throws Exception {
    byte[] content = "a blob that loses its end".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    Digest digest = Digest.of(content);
    store().put(digest, content);
    Files.write(file(digest), Arrays.copyOf(content, 10));

    try (InputStream in = store().open(digest)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(CorruptBlobException.class);
    }
    assertThat(faults.heard()).containsExactly("BLOB CORRUPT");
    assertThat(file(digest)).doesNotExist();
    assertThatThrownBy(() -> store().open(digest)).isInstanceOf(BlobNotFoundException.class);
    assertThat(faults.heard()).containsExactly("BLOB CORRUPT", "BLOB MISSING");
  }

  @Test
  void anUploadLeavesNothingButItsBlob() throws Exception {
    byte[] content = new byte[20 << 20];
    try (BlobUpload upload = store().begin().orElseThrow()) {
      upload.write(content);
      upload.complete(Digest.of(content));
    }
    assertThat(names()).containsExactly("blobs/sha256/" + Digest.of(content).hex());
    assertThat(objects.unfinishedUploads("")).isEmpty();
  }

  @Test
  void aKilledUploadLeavesOnlyWhatTheCollectorMayRemove() throws Exception {
    // Never closed: the process is gone.
    BlobUpload upload = store().begin().orElseThrow();
    upload.write(new byte[20 << 20]);
    upload.write(new byte[20 << 20]);
    assertThat(names()).isEmpty();
    assertThat(objects.unfinishedUploads("uploads/")).hasSize(1);
  }

  @Test
  void anUploadThatIsCutOffCanBeStoredFromAFile() throws Exception {
    byte[] content = new byte[20 << 20];
    Path file = Files.write(folder.resolve("content"), content);
    try (BlobUpload upload = store().begin().orElseThrow()) {
      upload.write(content, 0, 9 << 20);
      server.pause();
      assertThatThrownBy(
              () -> {
                upload.write(content, 0, 9 << 20);
                upload.write(content, 0, 9 << 20);
                upload.complete(Digest.of(content));
              })
          .isInstanceOf(IOException.class);
    } catch (IOException e) {
      // Giving it up cannot be told to a server that is away.
      assertThat(e).isInstanceOf(StoreUnavailableException.class);
    } finally {
      server.resume();
    }
    assertThat(store().size(Digest.of(content))).isEmpty();
    store().put(Digest.of(content), file);
    assertThat(store().size(Digest.of(content))).hasValue(content.length);
  }

  @Test
  void anUploadOutlivesAStoreThatGoesAwayInItsMiddle() throws Exception {
    byte[] content = new byte[20 << 20];
    AtomicInteger pauses = new AtomicInteger();
    BlobStore patient =
        S3BlobStore.verified(
            new RetryingObjectStore(
                objects,
                RetryPolicy.PATIENT,
                new Random(1),
                pause -> {
                  if (pauses.incrementAndGet() == 3) {
                    server.resume();
                  }
                }),
            faults);
    try (BlobUpload upload = patient.begin().orElseThrow()) {
      upload.write(content, 0, 9 << 20);
      server.pause();
      upload.write(content, 0, 11 << 20);
      upload.complete(Digest.of(content));
    } finally {
      server.resume();
    }
    assertThat(pauses).hasValueGreaterThanOrEqualTo(3);
    assertThat(names()).containsExactly("blobs/sha256/" + Digest.of(content).hex());
  }

  private List<String> names() throws IOException {
    return objects.list("", Optional.empty(), 100).objects().stream()
        .map(object -> object.key().value())
        .toList();
  }

  private Path file(Digest digest) {
    return server.file(bucket, "blobs/sha256/" + digest.hex());
  }
}
