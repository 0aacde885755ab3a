package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.BlobStore;
import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RepositoryLocation;
import dev.brickyard.engine.runtime.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to layers while the build goes on. Needs root, runc and docker-registry. */
class BackgroundStoringIT {
  private static final int LARGE = 65 << 20;

  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
    threads.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  private String from(String rest) {
    return "FROM " + base + "\n" + rest;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void until(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** A store whose answers to writes a test holds back, or that cannot be written to. */
  private final class HeldBlobs implements BlobStore {
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean broken;
    private volatile boolean withoutUploads;

    private void hold() throws IOException {
      try {
        if (!released.await(60, TimeUnit.SECONDS)) {
          throw new IOException("the test did not go on");
        }
      } catch (InterruptedException e) {
        throw new InterruptedIOException("the store was left");
      }
      if (broken) {
        throw new IOException("the disk of the store is full");
      }
    }

    @Override
    public OptionalLong size(Digest digest) throws IOException {
      return yard.blobs.size(digest);
    }

    @Override
    public InputStream open(Digest digest) throws IOException {
      return yard.blobs.open(digest);
    }

    @Override
    public void put(Digest digest, Path file) throws IOException {
      hold();
      yard.blobs.put(digest, file);
    }

    @Override
    public void put(Digest digest, byte[] content) throws IOException {
      hold();
      yard.blobs.put(digest, content);
    }

    @Override
    public Optional<BlobUpload> begin() {
      if (withoutUploads) {
        return Optional.empty();
      }
      BlobUpload upload = yard.blobs.begin().orElseThrow();
      return Optional.of(
          new BlobUpload() {
            @Override
            public void write(int b) throws IOException {
              upload.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              upload.write(bytes, offset, length);
            }

            @Override
            public void complete(Digest digest) throws IOException {
              hold();
              upload.complete(digest);
            }

            @Override
            public void close() throws IOException {
              upload.close();
            }
          });
    }

    @Override
    public void discard(Digest digest) throws IOException {
      yard.blobs.discard(digest);
    }
  }

  private void largeFile(String name, int seed) throws IOException {
    byte[] content = new byte[LARGE];
    new Random(seed).nextBytes(content);
    Files.write(yard.context.resolve(name), content);
  }

  /** Files of layers that are waiting to be packed, stored or pushed, on any worker's disk. */
  private List<String> leftovers() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("workers"))) {
      return files
          .map(Path::toString)
          .filter(file -> file.endsWith(".blob") || file.endsWith(".tar"))
          .toList();
    }
  }

  @Test
  void aSlowStoreHoldsUpTheEndOfTheBuildAndNothingElse() throws Exception {
    HeldBlobs store = new HeldBlobs();
    FarmBuildEngine slow = yard.worker(Limits.NONE, store);
    RecordingObserver observer = new RecordingObserver();
    largeFile("large", 1);
    String dockerfile = from("COPY large /\nRUN echo 1 > /1\nRUN echo 2 > /2\n");
    Future<BuildResult> build =
        threads.submit(() -> slow.build(yard.request(dockerfile), observer));
    until("all is pushed", () -> observer.ended(StepOutcome.DONE).toString().contains("pushing"));
    assertThat(build).isNotDone();
    assertThat(yard.records.all()).noneMatch(found -> found.producer().equals("worker-1"));
    store.released.countDown();
    BuildResult result = build.get(60, TimeUnit.SECONDS);
    for (Layer layer : result.layers()) {
      assertThat(layer.blob().mediaType()).endsWith("+gzip");
    }
    assertThat(yard.records.all().stream().filter(r -> r.producer().equals("worker-1")))
        .hasSizeGreaterThanOrEqualTo(6)
        .allMatch(found -> yard.blobs.size(found.layer().blob().digest()).isPresent());
    until("the files are gone", () -> leftovers().isEmpty());
    assertThat(observer.broken()).isEmpty();
    // Another worker needs nothing of this one.
    FarmBuildEngine empty = yard.worker();
    assertThat(yard.build(empty, dockerfile).manifest()).isEqualTo(result.manifest());
  }

  @Test
  void aStoreThatCannotBeWrittenToFailsTheBuildInTheEnd() throws Exception {
    HeldBlobs store = new HeldBlobs();
    store.broken = true;
    store.released.countDown();
    FarmBuildEngine failing = yard.worker(Limits.NONE, store);
    largeFile("large", 2);
    assertThatThrownBy(() -> yard.build(failing, from("COPY large /\nRUN echo 1 > /1\n")))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.code()).isEqualTo("store-unavailable");
              assertThat(e.kind()).isEqualTo(FailureKind.FARM);
            });
    assertThat(yard.records.all()).noneMatch(found -> found.producer().equals("worker-1"));
    until("the files are gone", () -> leftovers().isEmpty());
  }

  @Test
  void aStoreWithoutUploadsGetsTheFile() throws Exception {
    HeldBlobs store = new HeldBlobs();
    store.withoutUploads = true;
    store.released.countDown();
    largeFile("large", 3);
    BuildResult result =
        yard.build(yard.worker(Limits.NONE, store), from("COPY large /\nRUN echo 1 > /1\n"));
    assertThat(result.layers())
        .allMatch(
            layer ->
                yard.blobs.size(layer.blob().digest()).isPresent()
                    || layer.equals(result.layers().getFirst()));
  }

  @Test
  void layersArePushedBeforeTheLastStepHasEnded() throws Exception {
    largeFile("large", 4);
    RecordingObserver observer = new RecordingObserver();
    String dockerfile = from("COPY large /\nRUN echo 1 > /1\nRUN echo there; sleep 300\n");
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Future<BuildResult> build =
        threads.submit(
            () -> {
              thread.complete(Thread.currentThread());
              return worker.build(yard.request(dockerfile), observer);
            });
    observer.awaitLog();
    RepositoryLocation target = yard.client.locationOf(yard.target());
    until("both are recorded", () -> made().size() == 2);
    for (Digest blob : made()) {
      until(
          "the layer is in the registry",
          () -> yard.client.hasBlob(target, blob, RegistryCredentials.NONE));
    }
    assertThat(build).isNotDone();
    thread.get().interrupt();
    assertThatThrownBy(() -> build.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    until("the files are gone", () -> leftovers().isEmpty());
  }

  /** The blobs of what was built upon the base. */
  private List<Digest> made() {
    return yard.records.all().stream()
        .filter(found -> !found.description().contains("shell"))
        .map(found -> found.layer().blob().digest())
        .distinct()
        .toList();
  }

  @Test
  void thePushCountsWhatItSendsAndWhatItNeedNotSend() throws Exception {
    String dockerfile = from("RUN echo 1 > /1\nRUN echo 2 > /2\n");
    BuildResult result = yard.build(worker, dockerfile);
    long shell = result.layers().getFirst().blob().size();
    long made = result.layers().stream().mapToLong(layer -> layer.blob().size()).sum() - shell;
    // The base is of the same registry and mounted; the config comes on top of the layers.
    assertThat(yard.observer().counter("push", "bytes-skipped")).isEqualTo(shell);
    assertThat(yard.observer().counter("push", "bytes-pushed")).isBetween(made + 300, made + 5000);
    assertThat(yard.observer().counter("export", "bytes-stored")).isEqualTo(made);
    long all = shell + yard.observer().counter("push", "bytes-pushed");

    yard.build(worker, dockerfile);
    assertThat(yard.observer().counter("push", "bytes-pushed")).isZero();
    assertThat(yard.observer().counter("push", "bytes-skipped")).isEqualTo(all);
    assertThat(yard.observer().counter("export", "bytes-stored")).isZero();

    yard.build(
        yard.worker(), TestYard.pushingTo(yard.request(dockerfile), yard.image("test/other")));
    assertThat(
            yard.observer().counter("push", "bytes-pushed")
                + yard.observer().counter("push", "bytes-skipped"))
        .isEqualTo(all);
    assertThat(yard.observer().counter("push", "bytes-skipped")).isGreaterThanOrEqualTo(shell);
  }

  @Test
  void closingTheEngineEndsThePackingToo() throws Exception {
    largeFile("large", 5);
    RecordingObserver observer = new RecordingObserver();
    Future<BuildResult> build =
        threads.submit(
            () ->
                worker.build(
                    yard.request(from("COPY large /\nRUN echo there; sleep 300\n")), observer));
    until("the layer is made", () -> observer.ended(StepOutcome.DONE).toString().contains("COPY"));
    worker.close();
    assertThatThrownBy(() -> build.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(leftovers()).isEmpty();
    assertThat(observer.broken()).isEmpty();
  }

  @Test
  void whatStandsOnALayerJustMadeIsNotLookedUp() throws Exception {
    String steps = "RUN echo 1 > /1\nRUN echo 2 > /2\nRUN echo 3 > /3\nRUN echo 4 > /4\n";
    int before = yard.records.lookups();
    yard.build(worker, from(steps));
    // All definition keys, and the content key of the first.
    assertThat(yard.records.lookups() - before).isEqualTo(2);
    before = yard.records.lookups();
    yard.build(yard.worker(), from(steps));
    assertThat(yard.records.lookups() - before).isEqualTo(1);
  }

  @Test
  void whatAnyTimeCanHaveMadeIsLookedUp() throws Exception {
    // Both write the same layer; what follows is found although the first differs.
    yard.build(worker, from("RUN touch -d @1000 /1\nRUN echo 2 > /2\n"));
    yard.build(worker, from("RUN touch -d @1000 /1 && true\nRUN echo 2 > /2\n"));
    assertThat(yard.observer().ended(StepOutcome.CACHED).toString()).contains("RUN echo 2 > /2");
    assertThat(yard.observer().ended(StepOutcome.DONE).toString()).contains("&& true");
  }
}
