package dev.brickyard.storage.garbage;

import static dev.brickyard.storage.garbage.TestBucket.PROJECT;
import static dev.brickyard.storage.garbage.TestBucket.key;
import static dev.brickyard.storage.garbage.TestBucket.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.layer.Layer;
import dev.brickyard.storage.object.MultipartUpload;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Collecting garbage of a real S3 server. */
class CollectorIT {
  private static S3Server server;
  private static int buckets;
  private String name;
  private S3ObjectStore objects;
  private TestBucket bucket;

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
    name = "garbage-" + ++buckets;
    objects = new S3ObjectStore(server.settings(name));
    bucket = new TestBucket(objects, Clock.systemUTC(), Duration.ofHours(3));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  /** Makes an object seem to have been stored long ago. */
  private void age(ObjectKey key, Duration by) throws Exception {
    Path file = server.file(name, key.value());
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(by)));
  }

  @Test
  void keepsWhatIsInUseAndRemovesTheRest() throws Exception {
    Layer used = bucket.execute(PROJECT, "used", key("used"));
    bucket.use(PROJECT, step(used, key("used")));
    Layer unused = bucket.execute(PROJECT, "unused");
    age(blob(unused), Duration.ofDays(1));
    age(blob(used), Duration.ofDays(1));
    CollectionReport dry = bucket.collect(GarbageSettings.DEFAULT.withGrace(Duration.ZERO), true);
    assertThat(bucket.hasBlob(unused)).isTrue();
    CollectionReport report =
        bucket.collect(GarbageSettings.DEFAULT.withGrace(Duration.ZERO), false);

    assertThat(bucket.hasBlob(used)).isTrue();
    assertThat(bucket.hasRecord(PROJECT, key("used"))).isTrue();
    assertThat(bucket.hasBlob(unused)).isFalse();
    assertThat(report.kinds().get(ObjectKind.BLOB).deleted())
        .isEqualTo(dry.kinds().get(ObjectKind.BLOB).deleted());
  }

  @Test
  void theGracePeriodIsWaitedByTheStoresClock() throws Exception {
    bucket.policies.put("project", new RetentionPolicy(Duration.ZERO, 0, OptionalLong.empty()));
    Layer young = bucket.execute(PROJECT, "young", key("young"));
    Layer old = bucket.execute(PROJECT, "old", key("old"));
    ObjectKey record = new ObjectKey("steps/project/" + key("old").hex());
    age(record, Duration.ofHours(7));
    age(blob(old), Duration.ofHours(7));
    bucket.collect(GarbageSettings.DEFAULT, false);

    assertThat(bucket.hasRecord(PROJECT, key("young"))).isTrue();
    assertThat(bucket.hasRecord(PROJECT, key("old"))).isFalse();
    assertThat(bucket.hasBlob(young)).isTrue();
    assertThat(bucket.hasBlob(old)).as("a candidate from now on").isTrue();
  }

  @Test
  void anOldBlobThatIsStoredAgainBecomesYoung() throws Exception {
    Layer layer = bucket.execute(PROJECT, "again");
    age(blob(layer), Duration.ofHours(7));
    bucket.execute(PROJECT, "again");

    ObjectInfo refreshed = objects.stat(blob(layer)).orElseThrow();
    assertThat(refreshed.modifiedAt()).isAfter(Instant.now().minus(Duration.ofMinutes(1)));
    assertThat(objects.read(blob(layer), 100)).isEqualTo(TestBucket.content("again"));
    assertThat(objects.refresh(new ObjectKey("blobs/none"))).isFalse();
  }

  @Test
  void unfinishedUploadsAreFoundAndAborted() throws Exception {
    MultipartUpload begun = objects.beginUpload(new ObjectKey("uploads/a"));
    objects.uploadPart(begun, 1, "part".getBytes(StandardCharsets.UTF_8), 4);
    assertThat(objects.unfinishedUploads(""))
        .extracting(unfinished -> unfinished.upload().key().value())
        .containsExactly("uploads/a");
    assertThat(objects.unfinishedUploads("other/")).isEmpty();

    bucket.collect(GarbageSettings.DEFAULT.withGrace(Duration.ZERO), false);
    assertThat(objects.unfinishedUploads("")).as("too young").hasSize(1);
    objects.abortUpload(begun);
    assertThat(objects.unfinishedUploads("")).isEmpty();
  }

  @Test
  void aBucketOfSeveralPagesIsCollectedWhole() throws Exception {
    objects.put(new ObjectKey("blobs/x"), new byte[1]);
    for (int i = 0; i < 2500; i++) {
      Layer layer = TestBucket.layer("many " + i);
      Path file = server.file(name, blob(layer).value());
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[1]);
      age(blob(layer), Duration.ofDays(1));
    }
    CollectionReport report =
        bucket.collect(GarbageSettings.DEFAULT.withGrace(Duration.ZERO), false);

    assertThat(report.kinds().get(ObjectKind.BLOB).deleted().objects()).isEqualTo(2500);
    assertThat(objects.list("blobs/", Optional.empty(), 10).objects())
        .extracting(ObjectInfo::key)
        .isEqualTo(List.of(new ObjectKey("blobs/x")));
  }

  private static ObjectKey blob(Layer layer) {
    return new ObjectKey("blobs/sha256/" + layer.blob().digest().hex());
  }
}
