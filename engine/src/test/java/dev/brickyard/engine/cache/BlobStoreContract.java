package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link BlobStore} promises. */
public abstract class BlobStoreContract {
  @TempDir Path files;

  /** An empty store. */
  protected abstract BlobStore store() throws Exception;

  /** Changes the stored bytes behind the store's back; the length stays. */
  protected abstract void damage(BlobStore store, Digest digest) throws Exception;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] read(BlobStore store, Digest digest) throws IOException {
    try (InputStream in = store.open(digest)) {
      return in.readAllBytes();
    }
  }

  @Test
  void aMissingBlobHasNoSizeAndCannotBeOpened() throws Exception {
    BlobStore store = store();
    Digest missing = Digest.of("missing");
    assertThat(store.size(missing)).isEmpty();
    assertThatThrownBy(() -> store.open(missing).close())
        .isInstanceOfSatisfying(
            BlobNotFoundException.class, e -> assertThat(e.digest()).isEqualTo(missing));
  }

  @Test
  void whatWasPutComesBack() throws Exception {
    BlobStore store = store();
    byte[] content = bytes("a brick");
    store.put(Digest.of(content), content);
    assertThat(store.size(Digest.of(content))).hasValue(content.length);
    assertThat(read(store, Digest.of(content))).isEqualTo(content);
  }

  @Test
  void anEmptyBlobIsABlob() throws Exception {
    BlobStore store = store();
    Digest empty = Digest.of(new byte[0]);
    store.put(empty, new byte[0]);
    assertThat(store.size(empty)).hasValue(0);
    assertThat(read(store, empty)).isEmpty();
  }

  @Test
  void aLargeFileComesBack() throws Exception {
    BlobStore store = store();
    byte[] content = new byte[9 << 20];
    new Random(7).nextBytes(content);
    Path file = Files.write(files.resolve("large"), content);
    store.put(Digest.of(content), file);
    assertThat(read(store, Digest.of(content))).isEqualTo(content);
    assertThat(file).exists();
  }

  @Test
  void puttingAgainIsHarmless() throws Exception {
    BlobStore store = store();
    byte[] content = bytes("twice");
    Path file = Files.write(files.resolve("twice"), content);
    store.put(Digest.of(content), content);
    store.put(Digest.of(content), file);
    assertThat(read(store, Digest.of(content))).isEqualTo(content);
  }

  @Test
  void aFileWithAnotherDigestIsRefusedAndNotStored() throws Exception {
    BlobStore store = store();
    Path file = Files.write(files.resolve("wrong"), bytes("what it is"));
    Digest said = Digest.of("what was said");
    assertThatThrownBy(() -> store.put(said, file)).isInstanceOf(CorruptBlobException.class);
    assertThat(store.size(said)).isEmpty();
  }

  @Test
  void bytesWithAnotherDigestAreRefusedAndNotStored() throws Exception {
    BlobStore store = store();
    Digest said = Digest.of("what was said");
    assertThatThrownBy(() -> store.put(said, bytes("what it is")))
        .isInstanceOf(CorruptBlobException.class);
    assertThat(store.size(said)).isEmpty();
  }

  @Test
  void damagedContentNeverReachesItsEnd() throws Exception {
    BlobStore store = store();
    byte[] content = new byte[200_000];
    new Random(1).nextBytes(content);
    Digest digest = Digest.of(content);
    store.put(digest, content);
    damage(store, digest);
    assertThatThrownBy(() -> read(store, digest))
        .isInstanceOfSatisfying(
            CorruptBlobException.class, e -> assertThat(e.expected()).isEqualTo(digest));
  }

  @Test
  void discardedContentCanBePutAnew() throws Exception {
    BlobStore store = store();
    byte[] content = bytes("to be damaged");
    Digest digest = Digest.of(content);
    store.put(digest, content);
    damage(store, digest);
    store.discard(digest);
    assertThat(store.size(digest)).isEmpty();
    store.put(digest, content);
    assertThat(read(store, digest)).isEqualTo(content);
  }

  @Test
  void discardingWhatIsNotThereIsHarmless() throws Exception {
    BlobStore store = store();
    store.discard(Digest.of("never put"));
    assertThat(store.size(Digest.of("never put"))).isEmpty();
  }

  @Test
  void racingWritersOfOneDigestAllSucceed() throws Exception {
    BlobStore store = store();
    byte[] content = new byte[300_000];
    new Random(2).nextBytes(content);
    Digest digest = Digest.of(content);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        writers.add(
            () -> {
              store.put(digest, content);
              return true;
            });
      }
      for (Future<Boolean> writer : threads.invokeAll(writers)) {
        assertThat(writer.get()).isTrue();
      }
    }
    assertThat(read(store, digest)).isEqualTo(content);
  }

  private static BlobUpload upload(BlobStore store, byte[] content) throws IOException {
    BlobUpload upload = store.begin().orElseThrow();
    for (int from = 0; from < content.length; from += 300_001) {
      upload.write(content, from, Math.min(300_001, content.length - from));
    }
    return upload;
  }

  private static byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1000, 20_000_000})
  void whatWasSentWhileItWasMadeComesBack(int size) throws Exception {
    BlobStore store = store();
    byte[] content = random(size);
    Digest digest = Digest.of(content);
    try (BlobUpload upload = upload(store, content)) {
      assertThat(store.size(digest)).isEmpty();
      upload.complete(digest);
    }
    assertThat(read(store, digest)).isEqualTo(content);
    // Once more is harmless.
    try (BlobUpload upload = upload(store, content)) {
      upload.complete(digest);
    }
    assertThat(read(store, digest)).isEqualTo(content);
  }

  @Test
  void anUploadWithAnotherDigestIsRefusedAndNotStored() throws Exception {
    BlobStore store = store();
    byte[] content = random(9_000_000);
    Digest said = Digest.of("what was said");
    try (BlobUpload upload = upload(store, content)) {
      assertThatThrownBy(() -> upload.complete(said)).isInstanceOf(CorruptBlobException.class);
    }
    assertThat(store.size(said)).isEmpty();
    assertThat(store.size(Digest.of(content))).isEmpty();
  }

  @Test
  void anUploadGivenUpStoresNothing() throws Exception {
    BlobStore store = store();
    byte[] content = random(20_000_000);
    upload(store, content).close();
    assertThat(store.size(Digest.of(content))).isEmpty();
  }

  @Test
  void racingUploadsAndWritersOfOneDigestAllSucceed() throws Exception {
    BlobStore store = store();
    byte[] content = random(9_000_000);
    Digest digest = Digest.of(content);
    Path file = Files.write(files.resolve("racing"), content);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        writers.add(
            () -> {
              try (BlobUpload upload = upload(store, content)) {
                upload.complete(digest);
              }
              return true;
            });
        writers.add(
            () -> {
              store.put(digest, file);
              return true;
            });
      }
      for (Future<Boolean> writer : threads.invokeAll(writers)) {
        assertThat(writer.get()).isTrue();
      }
    }
    assertThat(read(store, digest)).isEqualTo(content);
  }
}
