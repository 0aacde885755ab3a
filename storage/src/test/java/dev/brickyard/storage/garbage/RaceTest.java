package dev.brickyard.storage.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.BlobNotFoundException;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.storage.testing.MemoryObjectStore;
import dev.brickyard.storage.testing.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Collectors race builds, a thousand times. Before every request of a collector, builds may go on
 * with any number of their own steps, and a second collector may run; time passes as it likes. What
 * happens is decided by the seed, but for the order of requests that a collector makes at once.
 */
class RaceTest {
  private static final Duration GRACE = Duration.ofHours(6);
  private static final int ROUNDS = 1000;
  private static final int NAMES = 16;

  /** Fixed ones, to find the same again, and a new one every time. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 0})
  void noBuildFailsAndNoRecordInUseLosesItsLayer(long given) throws Exception {
    long seed = given == 0 ? System.nanoTime() : given;
    int found = 0;
    int collected = 0;
    int whole = 0;
    int lostRecords = 0;
    for (int round = 0; round < ROUNDS / 4; round++) {
      try {
        Farm farm = new Farm(new Random(seed + 1_000_003L * round));
        farm.run();
        found += farm.hits;
        collected += farm.removed;
        whole += farm.whole;
        lostRecords += farm.lostRecords;
      } catch (Exception | AssertionError e) {
        throw new AssertionError("round " + round + " with the seed " + seed, e);
      }
    }
    assertThat(found).as("the cache is of use in this test").isGreaterThan(ROUNDS);
    assertThat(lostRecords)
        .as("records replaced just before their removal")
        .isLessThan(whole / 500);
    assertThat(collected).as("collectors have something to do").isGreaterThan(ROUNDS);
  }

  private static final ThreadLocal<Farm.@Nullable SimulatedBuild> CURRENT = new ThreadLocal<>();

  /** A farm, its clock and bucket, with builds that run step by step. */
  private static final class Farm {
    private final Random random;
    private final TestClock clock = new TestClock();
    private final MemoryObjectStore objects;
    private final TestBucket bucket;
    private final List<SimulatedBuild> running = new ArrayList<>();
    private final GarbageSettings settings = GarbageSettings.DEFAULT.withGrace(GRACE);
    private final AtomicBoolean interleaving = new AtomicBoolean();
    private int collectors;
    private int hits;
    private int removed;
    private int whole;
    private int lostRecords;

    Farm(Random random) {
      this.random = random;
      this.objects = new MemoryObjectStore(clock, this::goOn);
      this.bucket = new TestBucket(objects, clock, GRACE.dividedBy(2), _ -> waitABit());
      bucket.policies.put(
          "project",
          new RetentionPolicy(
              Duration.ofHours(random.nextInt(24)), random.nextInt(3), OptionalLong.empty()));
    }

    void run() throws IOException {
      for (int i = 0; i < 12; i++) {
        if (running.isEmpty() || random.nextInt(3) == 0) {
          pass(Duration.ofMinutes(random.nextInt(10 * 60)));
        }
        someSteps(random.nextInt(12));
        interleaving.set(true);
        try {
          collect();
        } finally {
          interleaving.set(false);
        }
      }
      while (!running.isEmpty()) {
        someSteps(1);
      }
      // At last a collection that nobody disturbs: what is in use is whole afterwards as well.
      collect();
      checkRecordsInUse();
    }

    private void collect() throws IOException {
      tellRunning();
      removed += (int) bucket.collect(settings, false).total().deleted().objects();
    }

    /** A collector is about to ask the store. */
    private void goOn(String request) throws IOException {
      if (!interleaving.compareAndSet(true, false)) {
        return;
      }
      // Most can go wrong when a collection begins, and between its last look and its removal.
      if (request.endsWith("garbage/clock")) {
        pass(Duration.ofMinutes(random.nextInt(90)));
      }
      someSteps(random.nextInt(request.startsWith("deleteAll blobs") ? 20 : 3));
      if (collectors == 0 && random.nextInt(60) == 0) {
        collectors++;
        collect();
        collectors--;
      }
      interleaving.set(true);
    }

    private void pass(Duration time) {
      // No build runs for longer than half of the grace period in real farms, but some do here.
      clock.pass(time);
      tellRunning();
    }

    /** A writer waits for a collector: others go on first. */
    private static void waitABit() throws InterruptedException {
      SimulatedBuild waiting = Objects.requireNonNull(CURRENT.get(), "only builds wait");
      waiting.yielded.release();
      waiting.resumed.acquire();
    }

    private void tellRunning() {
      bucket.running =
          running.stream()
              .map(build -> Duration.between(build.begun, clock.instant()))
              .max(Duration::compareTo);
    }

    private void someSteps(int count) throws IOException {
      for (int i = 0; i < count; i++) {
        if (running.size() < 3 && random.nextInt(4) == 0) {
          running.add(new SimulatedBuild());
          tellRunning();
        }
        if (!running.isEmpty()) {
          SimulatedBuild build = running.get(random.nextInt(running.size()));
          if (!build.step()) {
            running.remove(build);
            tellRunning();
          }
        }
        if (random.nextInt(10) == 0) {
          pass(Duration.ofMinutes(random.nextInt(30)));
        }
      }
    }

    /**
     * Every record that a use within its policy names is there with its layer, unless its build
     * relied on something that was already no longer in use when it did.
     */
    private void checkRecordsInUse() throws IOException {
      for (Promise promise : promises) {
        RetentionPolicy policy = bucket.policies.get("project");
        Duration age = Duration.between(promise.at(), clock.instant());
        if (age.compareTo(policy.maxAge()) >= 0) {
          continue;
        }
        for (Map.Entry<Digest, Layer> wrote : promise.wrote().entrySet()) {
          // An index or a record that is replaced just before its removal may go: it is made anew.
          if (bucket.hasRecord(promise.scope(), wrote.getKey())) {
            assertThat(bucket.hasBlob(wrote.getValue())).as("the blob of %s", wrote).isTrue();
            whole++;
          } else {
            lostRecords++;
          }
        }
      }
    }

    /** What a build wrote, or found while it was in use, and told at its end. */
    private record Promise(CacheScope scope, Map<Digest, Layer> wrote, Instant at) {}

    private final List<Promise> promises = new ArrayList<>();

    /** A build as the engine does it: look up, execute what is missing, store, record, tell. */
    private final class SimulatedBuild {
      private final Instant begun = clock.instant();
      private final CacheScope scope =
          random.nextInt(3) == 0 ? TestBucket.PROJECT.within("branch") : TestBucket.PROJECT;
      private final Deque<Step> steps = new ArrayDeque<>();
      private final List<CacheUse.StepUse> used = new ArrayList<>();
      private final Map<Digest, Layer> wrote = new HashMap<>();
      private final Set<Digest> lost = new HashSet<>();
      private final Semaphore resumed = new Semaphore(0);
      private final Semaphore yielded = new Semaphore(0);
      private boolean ended;
      private @Nullable Throwable failure;

      SimulatedBuild() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
          names.add("step " + random.nextInt(NAMES));
        }
        steps.add(() -> lookUp(names));
        Thread.ofVirtual().start(this::work);
      }

      /** Goes on until a piece of work is done, or it has to wait; false at its end. */
      boolean step() {
        resumed.release();
        yielded.acquireUninterruptibly();
        if (failure != null) {
          throw new AssertionError("a build failed", failure);
        }
        return !ended;
      }

      private void work() {
        CURRENT.set(this);
        try {
          resumed.acquire();
          for (Step next = steps.poll(); next != null; next = steps.poll()) {
            next.go();
            yielded.release();
            resumed.acquire();
          }
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
          failure = e;
        }
        ended = true;
        yielded.release();
      }

      private void lookUp(List<String> names) throws IOException {
        List<Digest> keys = names.stream().map(TestBucket::key).distinct().toList();
        var records = bucket.records.findAll(scope.readable(), keys);
        for (String name : Set.copyOf(names)) {
          StepRecord record =
              records.containsKey(TestBucket.key(name))
                  ? records.get(TestBucket.key(name)).stepRecord()
                  : null;
          if (record == null || lost.contains(record.layer().blob().digest())) {
            execute(name);
          } else {
            hits++;
            steps.add(() -> read(record, name));
          }
        }
        steps.add(this::tell);
      }

      /** A layer that was found is needed: it is there, or the step is executed after all. */
      private void read(StepRecord record, String name) throws IOException {
        Digest blob = record.layer().blob().digest();
        used.add(TestBucket.step(record.layer(), record.key()));
        try (InputStream in = bucket.blobs.open(blob)) {
          assertThat(in.readAllBytes()).isEqualTo(TestBucket.content(name));
        } catch (BlobNotFoundException e) {
          lost.add(blob);
          Deque<Step> rest = new ArrayDeque<>(steps);
          steps.clear();
          execute(name);
          steps.addAll(rest);
        }
      }

      private void execute(String name) {
        Layer layer = TestBucket.layer(name);
        Digest key = TestBucket.key(name);
        steps.add(() -> bucket.blobs.put(layer.blob().digest(), TestBucket.content(name)));
        steps.add(() -> bucket.indexes.put(layer.diffId(), new LayerIndex(List.of(), Map.of())));
        steps.add(
            () -> {
              bucket.records.put(
                  scope, new StepRecord(key, layer, name, "worker", clock.instant(), 1));
              used.add(TestBucket.step(layer, key));
              wrote.put(key, layer);
            });
      }

      private void tell() throws IOException {
        bucket.use(scope, used.toArray(CacheUse.StepUse[]::new));
        promises.add(new Promise(scope, Map.copyOf(wrote), clock.instant()));
      }
    }

    /** A piece of a build's work. */
    @FunctionalInterface
    private interface Step {
      void go() throws IOException;
    }
  }
}
