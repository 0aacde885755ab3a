package dev.brickyard.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ObjectStoreIT {
  private static final int MIB = 1 << 20;
  private static S3Server server;
  private static int buckets;

  @TempDir Path folder;
  private String bucket;
  private S3ObjectStore store;

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
    bucket = "bucket-" + ++buckets;
    store = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void makesTheBucketOnTheFirstWrite() throws IOException {
    assertThat(store.stat(key("a"))).isEmpty();
    assertThat(store.list("", Optional.empty(), 10).objects()).isEmpty();
    store.delete(key("a"));

    store.put(key("a"), bytes("one"));

    assertThat(store.read(key("a"), 100)).isEqualTo(bytes("one"));
    assertThat(store.stat(key("a")).orElseThrow().size()).isEqualTo(3);
  }

  @Test
  void missingObjectIsToldFromAnOutage() throws IOException {
    store.put(key("a"), bytes("one"));

    assertThatThrownBy(() -> store.get(key("b")).close())
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessage("the object store has no b");
  }

  @Test
  void wrongSecretIsARefusal() {
    S3Settings right = server.settings(bucket);
    S3Settings wrong =
        new S3Settings(right.endpoint(), right.accessKey(), "wrong", bucket, right.region());
    try (S3ObjectStore stranger = new S3ObjectStore(wrong)) {
      assertThatThrownBy(() -> stranger.put(key("a"), bytes("x")))
          .isInstanceOf(StoreRefusedException.class);
    }
  }

  @Test
  void onlyOneOfRacingWritersStoresTheObject() throws Exception {
    store.put(key("warm"), bytes("up"));
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Boolean>> outcomes = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        byte[] content = bytes("writer " + i);
        outcomes.add(
            threads.submit(
                () -> {
                  start.await();
                  return store.putIfAbsent(key("raced"), content);
                }));
      }
      start.countDown();
    }
    int winner = -1;
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i).get()) {
        assertThat(winner).as("a second winner").isEqualTo(-1);
        winner = i;
      }
    }
    assertThat(store.read(key("raced"), 100)).isEqualTo(bytes("writer " + winner));
  }

  @Test
  void fileIsStoredOnceAndOnlyWithItsDigest() throws IOException {
    byte[] content = random(3 * MIB + 7);
    Path file = Files.write(folder.resolve("blob"), content);
    String sha256 = Digest.of(content).hex();

    assertThat(store.putIfAbsent(key("f"), file, sha256)).isTrue();
    assertThat(store.putIfAbsent(key("f"), file, sha256)).isFalse();
    assertThat(store.read(key("f"), 4 * MIB)).isEqualTo(content);
  }

  @Test
  void emptyObjectsAreObjects() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    store.putIfAbsent(key("e"), new byte[0]);
    store.putIfAbsent(key("f"), file, Digest.of("").hex());
    assertThat(store.read(key("e"), 0)).isEmpty();
    assertThat(store.read(key("f"), 0)).isEmpty();
  }

  @Test
  void rangesStartAndEndWhereTheyShould() throws IOException {
    byte[] content = random(100_000);
    store.put(key("r"), content);

    assertThat(range(10, 20)).containsExactly(java.util.Arrays.copyOfRange(content, 10, 30));
    assertThat(range(99_990, 500))
        .containsExactly(java.util.Arrays.copyOfRange(content, 99_990, 100_000));
    assertThatThrownBy(() -> range(100_000, 1)).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void smallReadRefusesALargeObject() throws IOException {
    store.put(key("large"), new byte[11]);
    assertThatThrownBy(() -> store.read(key("large"), 10))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessage("large is larger than 10 bytes");
  }

  @Test
  void listsInPagesAndDeletesInBatches() throws IOException {
    List<ObjectKey> keys =
        IntStream.range(0, 25).mapToObj(i -> key("d/%02d +ü".formatted(i))).toList();
    for (ObjectKey key : keys) {
      store.put(key, bytes("x"));
    }
    store.put(key("other"), bytes("x"));

    List<ObjectKey> listed = new ArrayList<>();
    Optional<String> next = Optional.empty();
    int pages = 0;
    do {
      ObjectPage page = store.list("d/", next, 10);
      page.objects().forEach(info -> listed.add(info.key()));
      next = page.next();
      pages++;
    } while (next.isPresent());
    assertThat(pages).isEqualTo(3);
    assertThat(listed).isEqualTo(keys);

    List<ObjectKey> doomed = new ArrayList<>(keys);
    doomed.add(key("d/never"));
    store.deleteAll(doomed);
    assertThat(store.list("", Optional.empty(), 100).objects())
        .extracting(ObjectInfo::key)
        .containsExactly(key("other"));
  }

  @Test
  void streamsLargeContentInPartsAndSmallContentInOneRequest() throws IOException {
    byte[] large = random(13 * MIB + 3);
    try (StreamingUpload upload = new StreamingUpload(store, key("large"), 5 * MIB)) {
      for (int from = 0; from < large.length; from += 100_001) {
        upload.write(large, from, Math.min(100_001, large.length - from));
      }
      upload.complete();
    }
    assertThat(store.read(key("large"), 20 * MIB)).isEqualTo(large);

    try (StreamingUpload upload = new StreamingUpload(store, key("small"))) {
      upload.write(bytes("small"));
      upload.complete();
    }
    assertThat(store.read(key("small"), 100)).isEqualTo(bytes("small"));
  }

  @Test
  void abandonedUploadLeavesNothing() throws IOException {
    try (StreamingUpload upload = new StreamingUpload(store, key("large"), 5 * MIB)) {
      upload.write(new byte[12 * MIB]);
    }
    try (StreamingUpload upload = new StreamingUpload(store, key("small"))) {
      upload.write(new byte[12]);
    }
    assertThat(store.list("", Optional.empty(), 10).objects()).isEmpty();
    try (var files = Files.walk(server.file(bucket, "x").getParent())) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void copiesWithinTheStore() throws IOException {
    byte[] content = random(3 * MIB);
    store.put(key("here"), content);
    store.put(key("there"), bytes("older"));
    store.copy(key("here"), key("there"));
    assertThat(store.read(key("there"), 4 * MIB)).isEqualTo(content);
    assertThat(store.read(key("here"), 4 * MIB)).isEqualTo(content);
    assertThatThrownBy(() -> store.copy(key("nowhere"), key("there")))
        .isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void retriesUntilTheServerIsBack() throws IOException {
    store.put(key("a"), bytes("one"));
    List<Duration> pauses = new ArrayList<>();
    RetryingObjectStore patient =
        new RetryingObjectStore(
            store,
            new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(1)),
            new Random(1),
            pause -> {
              pauses.add(pause);
              if (pauses.size() == 3) {
                server.resume();
              }
            });
    server.pause();
    try {
      assertThat(patient.read(key("a"), 100)).isEqualTo(bytes("one"));
    } finally {
      server.resume();
    }
    assertThat(pauses).hasSize(3);
    assertThat(pauses.get(2)).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void givesUpWithTheOutageAsReason() {
    RetryingObjectStore impatient =
        new RetryingObjectStore(
            store,
            new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(1)),
            new Random(1),
            pause -> {});
    server.pause();
    try {
      assertThatThrownBy(() -> impatient.put(key("a"), bytes("x")))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageStartingWith("the object store is unavailable (a): ");
    } finally {
      server.resume();
    }
  }

  @Test
  void interruptedRequestSaysSoAndKeepsTheFlag() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> store.put(key("a"), bytes("x")))
          .isInstanceOf(java.io.InterruptedIOException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  private byte[] range(long offset, long length) throws IOException {
    try (InputStream in = store.get(key("r"), offset, length)) {
      return in.readAllBytes();
    }
  }

  private static ObjectKey key(String value) {
    return new ObjectKey(value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }
}
