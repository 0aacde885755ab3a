package dev.brickyard.storage.garbage;

import static dev.brickyard.storage.garbage.TestBucket.PROJECT;
import static dev.brickyard.storage.garbage.TestBucket.key;
import static dev.brickyard.storage.garbage.TestBucket.layer;
import static dev.brickyard.storage.garbage.TestBucket.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.Chunk;
import dev.brickyard.engine.cachemount.FileContent;
import dev.brickyard.engine.cachemount.MountEntry;
import dev.brickyard.engine.cachemount.MountGeneration;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.cachemount.Slice;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.storage.mount.S3CacheMountStore;
import dev.brickyard.storage.object.MultipartUpload;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.StoreUnavailableException;
import dev.brickyard.storage.testing.MemoryObjectStore;
import dev.brickyard.storage.testing.TestClock;
import dev.brickyard.storage.use.UseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a collector keeps, what it removes, and when. */
class CollectorTest {
  private static final Duration GRACE = GarbageSettings.DEFAULT.grace();
  private static final Duration MONTH = RetentionPolicy.DEFAULT.maxAge();
  private static final RetentionPolicy NOTHING =
      new RetentionPolicy(Duration.ZERO, 0, OptionalLong.empty());

  private final TestClock clock = new TestClock();
  private String failing = "";

  /** What happens just before a request. */
  private final Map<String, Runnable> meanwhile = new TreeMap<>();

  private final MemoryObjectStore objects =
      new MemoryObjectStore(
          clock,
          request -> {
            if (!failing.isEmpty() && request.startsWith(failing)) {
              throw new StoreUnavailableException("away", null);
            }
            meanwhile.getOrDefault(request, () -> {}).run();
          });
  private final TestBucket bucket = new TestBucket(objects, clock, GRACE.dividedBy(2));

  private CollectionReport collect() throws IOException {
    return bucket.collect(GarbageSettings.DEFAULT, false);
  }

  /** Enough collections, far enough apart, to remove all that is not needed. */
  private void collectUntilDone() throws IOException {
    collect();
    clock.pass(GRACE);
    collect();
  }

  @Test
  void whatRecentBuildsUsedStays() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    clock.pass(MONTH.minusHours(1).minus(GRACE));
    CollectionReport report = collect();
    clock.pass(GRACE);
    collect();

    assertThat(bucket.hasRecord(PROJECT, key("a"))).isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(bucket.hasIndex(made)).isTrue();
    assertThat(report.total().deleted().objects()).isZero();
    assertThat(report.kinds().get(ObjectKind.BLOB).kept().objects()).isEqualTo(1);
    assertThat(report.kinds().get(ObjectKind.RECORD).kept().objects()).isEqualTo(1);
    assertThat(report.kinds().get(ObjectKind.USE).kept().objects()).isEqualTo(1);
  }

  @Test
  void recordsGoFirstAndWhatTheyNamedAGracePeriodLater() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    UseKey use = bucket.use(PROJECT, step(made, key("a")));
    bucket.policies.put("project", NOTHING);
    clock.pass(GRACE);
    CollectionReport first = collect();

    assertThat(bucket.hasRecord(PROJECT, key("a"))).isFalse();
    assertThat(bucket.has(use.objectKey().value())).isFalse();
    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(first.kinds().get(ObjectKind.BLOB).candidates().objects()).isEqualTo(1);

    clock.pass(GRACE.minusSeconds(1));
    collect();
    assertThat(bucket.hasBlob(made)).isTrue();
    clock.pass(Duration.ofSeconds(1));
    CollectionReport last = collect();
    assertThat(bucket.hasBlob(made)).isFalse();
    assertThat(bucket.hasIndex(made)).isFalse();
    assertThat(last.sample()).contains("layers/" + made.diffId().hex());
  }

  @Test
  void theLatestBuildsCountWhateverTheirAge() throws Exception {
    for (String name : List.of("oldest", "older", "newer", "newest")) {
      bucket.use(PROJECT, step(bucket.execute(PROJECT, name, key(name)), key(name)));
      clock.pass(Duration.ofDays(1));
    }
    bucket.policies.put("project", new RetentionPolicy(Duration.ZERO, 2, OptionalLong.empty()));
    collectUntilDone();

    assertThat(objects.keys("steps/")).hasSize(2);
    assertThat(bucket.hasBlob(layer("newest"))).isTrue();
    assertThat(bucket.hasBlob(layer("newer"))).isTrue();
    assertThat(bucket.hasBlob(layer("older"))).isFalse();
  }

  @Test
  void theOldestGoWhenTheProjectHoldsTooMuch() throws Exception {
    for (String name : List.of("one", "two", "three")) {
      bucket.use(PROJECT, step(bucket.execute(PROJECT, name, key(name)), key(name)));
      clock.pass(GRACE);
    }
    long three = bytesOf("three");
    bucket.policies.put(
        "project", new RetentionPolicy(MONTH, 3, OptionalLong.of(three + bytesOf("two"))));
    collectUntilDone();

    assertThat(bucket.hasBlob(layer("three"))).isTrue();
    assertThat(bucket.hasBlob(layer("two"))).isTrue();
    assertThat(bucket.hasBlob(layer("one"))).isFalse();
    assertThat(objects.keys("uses/")).hasSize(2);
  }

  @Test
  void whatTwoBuildsShareCountsOnceForTheLimit() throws Exception {
    Layer shared = bucket.execute(PROJECT, "shared", key("shared"));
    for (int i = 0; i < 5; i++) {
      bucket.use(PROJECT, step(shared, key("shared")));
      clock.pass(GRACE);
    }
    bucket.policies.put(
        "project", new RetentionPolicy(MONTH, 0, OptionalLong.of(bytesOf("shared"))));
    collectUntilDone();

    assertThat(objects.keys("uses/")).hasSize(5);
    assertThat(bucket.hasBlob(shared)).isTrue();
  }

  private long bytesOf(String name) {
    Layer layer = layer(name);
    return objects
            .peek(new ObjectKey("blobs/sha256/" + layer.blob().digest().hex()))
            .orElseThrow()
            .length
        + objects.peek(new ObjectKey("layers/" + layer.diffId().hex())).orElseThrow().length;
  }

  @Test
  void whatAnotherProjectStillNeedsStays() throws Exception {
    CacheScope other = new CacheScope("other");
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.execute(other, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    bucket.use(other, step(made, key("a")));
    bucket.policies.put("project", NOTHING);
    clock.pass(GRACE);
    collectUntilDone();

    assertThat(bucket.hasRecord(PROJECT, key("a"))).isFalse();
    assertThat(bucket.hasRecord(other, key("a"))).isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
  }

  @Test
  void aBranchsBuildKeepsWhatItFoundInItsProject() throws Exception {
    CacheScope branch = PROJECT.within("branch");
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    UseKey first = bucket.use(PROJECT, step(made, key("a")));
    clock.pass(MONTH.minusDays(1));
    bucket.use(branch, step(made, key("a")));
    bucket.policies.put("project", new RetentionPolicy(MONTH, 0, OptionalLong.empty()));
    clock.pass(Duration.ofDays(2));
    collectUntilDone();

    assertThat(bucket.has(first.objectKey().value())).isFalse();
    assertThat(bucket.hasRecord(PROJECT, key("a"))).isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
  }

  @Test
  void theOtherRecordOfAUsedStepStays() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("definition"), key("content"));
    bucket.use(PROJECT, step(made, key("definition"), key("content")));
    bucket.policies.put("project", new RetentionPolicy(MONTH, 0, OptionalLong.empty()));
    for (int month = 0; month < 4; month++) {
      clock.pass(MONTH.minusDays(1));
      bucket.use(PROJECT, step(made, key("definition")));
      clock.pass(Duration.ofDays(2));
      collectUntilDone();
    }
    assertThat(bucket.hasRecord(PROJECT, key("content"))).isTrue();
    assertThat(objects.keys("uses/")).as("the first, for the twin, and the last").hasSize(2);

    clock.pass(MONTH);
    collectUntilDone();
    assertThat(objects.keys("")).containsExactly("garbage/candidates", "garbage/clock");
  }

  @Test
  void recordsNobodySaidToUseCountFromWhenTheyWereWritten() throws Exception {
    Layer made = bucket.execute(PROJECT, "crashed", key("crashed"));
    clock.pass(MONTH.minus(GRACE).minusSeconds(1));
    collectUntilDone();
    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(bucket.hasRecord(PROJECT, key("crashed"))).isTrue();

    clock.pass(GRACE);
    collectUntilDone();
    assertThat(bucket.hasBlob(made)).isFalse();
    assertThat(bucket.hasRecord(PROJECT, key("crashed"))).isFalse();
  }

  @Test
  void allUseRecordsRemovedBySomebodyElseIsNoHarm() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    UseKey use = bucket.use(PROJECT, step(made, key("a")));
    objects.vanish(use.objectKey().value());
    clock.pass(GRACE);
    collectUntilDone();

    assertThat(bucket.hasRecord(PROJECT, key("a"))).isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
  }

  @Test
  void indexesOfBaseImagesStayWhileTheyAreUsed() throws Exception {
    Layer base = bucket.execute(PROJECT, "base");
    objects.put(new ObjectKey("roots/" + base.diffId().hex()), new byte[10]);
    bucket.use(PROJECT, List.of(base));
    clock.pass(GRACE);
    collectUntilDone();
    assertThat(bucket.hasIndex(base)).isTrue();
    assertThat(bucket.has("roots/" + base.diffId().hex())).isTrue();

    clock.pass(MONTH);
    bucket.policies.put("project", NOTHING);
    collectUntilDone();
    assertThat(bucket.hasIndex(base)).isFalse();
    assertThat(bucket.has("roots/" + base.diffId().hex())).isFalse();
  }

  @Test
  void aDryRunRemovesNothingAndSaysWhatItWould() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    bucket.policies.put("project", NOTHING);
    clock.pass(GRACE);
    List<String> before = objects.keys("");
    CollectionReport report = bucket.collect(GarbageSettings.DEFAULT, true);

    assertThat(objects.keys("")).containsAll(before);
    assertThat(report.kinds().get(ObjectKind.RECORD).deleted().objects()).isEqualTo(1);
    assertThat(report.kinds().get(ObjectKind.BLOB).candidates().objects()).isEqualTo(1);
    assertThat(report.sample()).contains("steps/project/" + key("a").hex());
  }

  @Test
  void withoutGraceAllGoesAtOnce() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    bucket.policies.put("project", NOTHING);
    clock.pass(Duration.ofSeconds(1));
    bucket.collect(GarbageSettings.DEFAULT.withGrace(Duration.ZERO), false);

    assertThat(objects.keys("")).containsExactly("garbage/candidates", "garbage/clock");
  }

  @Test
  void aLongBuildLengthensTheGrace() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.running = Optional.of(Duration.ofHours(8));
    clock.pass(Duration.ofHours(10));
    bucket.policies.put("project", NOTHING);
    CollectionReport report = collect();

    assertThat(report.grace()).isEqualTo(Duration.ofHours(11));
    assertThat(bucket.hasRecord(PROJECT, key("a"))).isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
  }

  /** Its blob was almost old enough to be refreshed when it began, and the collector dawdles. */
  @Test
  void timeThatPassesWhileACollectionBeginsIsNoHarm() throws Exception {
    Duration running = GRACE.multipliedBy(2);
    Layer made = bucket.execute(PROJECT, "a");
    bucket.policies.put("project", NOTHING);
    collect();
    clock.pass(GRACE);
    bucket.blobs.discard(made.blob().digest());
    bucket.execute(PROJECT, "a");
    clock.pass(GRACE.dividedBy(2).minusMinutes(1));
    bucket.execute(PROJECT, "a");
    Instant begun = clock.instant();
    clock.pass(running);
    bucket.runsSince(begun);
    meanwhile.put("put garbage/clock", () -> clock.pass(Duration.ofMinutes(30)));
    collect();

    assertThat(bucket.hasBlob(made)).isTrue();
  }

  @Test
  void aBlobStoredAgainIsAsGoodAsNew() throws Exception {
    Layer made = bucket.execute(PROJECT, "a");
    clock.pass(GRACE);
    collect();
    clock.pass(GRACE);
    bucket.execute(PROJECT, "a", key("again"));
    collect();

    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(bucket.hasIndex(made)).isTrue();
  }

  @Test
  void contextsStayWhileABuildMayAskForThem() throws Exception {
    UUID open = context();
    UUID ended = context();
    UUID longEnded = context();
    UUID unknown = context();
    bucket.contexts.put(open, new BuildLedger.ContextNeed.Open());
    bucket.contexts.put(ended, new BuildLedger.ContextNeed.Ended(Duration.ofHours(23)));
    bucket.contexts.put(longEnded, new BuildLedger.ContextNeed.Ended(Duration.ofHours(24)));
    CollectionReport report = collect();

    assertThat(objects.keys("contexts/" + longEnded)).isEmpty();
    assertThat(objects.keys("contexts/" + open)).hasSize(2);
    assertThat(objects.keys("contexts/" + ended)).hasSize(2);
    assertThat(objects.keys("contexts/" + unknown)).hasSize(2);
    assertThat(report.kinds().get(ObjectKind.CONTEXT).deleted().objects()).isEqualTo(2);

    clock.pass(GRACE);
    collect();
    assertThat(objects.keys("contexts/" + unknown)).isEmpty();
    assertThat(objects.keys("contexts/" + open)).hasSize(2);
  }

  @Test
  void anUploadThatBelongsToNobodyYetIsLeftAloneForAnHour() throws Exception {
    UUID uploading = context();
    GarbageSettings hasty = GarbageSettings.DEFAULT.withGrace(Duration.ZERO);
    MultipartUpload begun = objects.beginUpload(new ObjectKey("contexts/x/context.tar"));
    objects.uploadPart(begun, 1, new byte[1], 1);
    objects.put(new ObjectKey("uploads/x"), new byte[1]);
    clock.pass(Duration.ofMinutes(59));
    bucket.collect(hasty, false);
    assertThat(objects.keys("contexts/" + uploading)).hasSize(2);
    assertThat(objects.unfinishedUploads("")).hasSize(1);
    assertThat(objects.keys("uploads/")).hasSize(1);

    clock.pass(Duration.ofMinutes(1));
    bucket.collect(hasty, false);
    assertThat(objects.keys("contexts/")).isEmpty();
    assertThat(objects.unfinishedUploads("")).isEmpty();
    assertThat(objects.keys("uploads/")).isEmpty();
  }

  private UUID context() throws IOException {
    UUID id = UUID.randomUUID();
    objects.put(new ObjectKey("contexts/" + id + "/context.tar"), new byte[100]);
    objects.put(new ObjectKey("contexts/" + id + "/index"), new byte[10]);
    return id;
  }

  @Test
  void theLatestGenerationsOfAMountStayWithTheirChunks() throws Exception {
    MountKey mount = MountKey.of(PROJECT, "/root/.m2");
    S3CacheMountStore mounts = new S3CacheMountStore(objects, CacheFaults.UNHEARD, clock);
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      MountGeneration generation =
          new MountGeneration(
              i,
              clock.instant(),
              "worker",
              new TreeMap<>(Map.of(ImagePath.ROOT, file("generation " + i))));
      Chunk chunk = generation.chunks().iterator().next();
      chunks.add(chunk);
      mounts.putChunk(PROJECT, chunk, ("generation " + i).getBytes(StandardCharsets.UTF_8));
      assertThat(mounts.add(mount, generation)).isTrue();
      clock.pass(GRACE);
    }
    collectUntilDone();
    assertThat(objects.keys("mounts/project/generations/")).hasSize(2);
    assertThat(objects.keys("mounts/project/chunks/"))
        .containsExactlyInAnyOrder(
            "mounts/project/chunks/" + chunks.get(2).digest().hex(),
            "mounts/project/chunks/" + chunks.get(3).digest().hex());

    clock.pass(MONTH);
    collectUntilDone();
    assertThat(objects.keys("mounts/")).isEmpty();
  }

  private static MountEntry file(String content) {
    Chunk chunk = new Chunk(Digest.of(content), content.length());
    return new MountEntry(
        ImagePath.ROOT,
        MountEntry.Kind.FILE,
        0644,
        0,
        0,
        0,
        0,
        Optional.empty(),
        new TreeMap<>(),
        Optional.of(
            new FileContent(
                Digest.of(content),
                content.length(),
                0,
                List.of(new Slice(chunk, 0, content.length())))));
  }

  @Test
  void explanationsGoByAge() throws Exception {
    objects.put(new ObjectKey("explanations/project/" + key("x").hex()), new byte[1]);
    clock.pass(MONTH.minusSeconds(1));
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    collect();
    assertThat(objects.keys("explanations/")).hasSize(1);
    clock.pass(Duration.ofSeconds(1));
    collect();
    assertThat(objects.keys("explanations/")).isEmpty();
  }

  @Test
  void explanationsGoWithTheLastOfTheirScope() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    String live = "explanations/project/" + key("x").hex();
    String gone = "explanations/project@branch/" + key("x").hex();
    objects.put(new ObjectKey(live), new byte[1]);
    objects.put(new ObjectKey(gone), new byte[1]);
    clock.pass(GRACE.minusSeconds(1));
    CollectionReport young = collect();
    assertThat(objects.keys("explanations/")).hasSize(2);
    assertThat(young.kinds().get(ObjectKind.EXPLANATION).candidates().objects()).isEqualTo(1);
    clock.pass(Duration.ofSeconds(1));
    collect();
    assertThat(bucket.has(live)).isTrue();
    assertThat(bucket.has(gone)).isFalse();
  }

  @Test
  void logsGoByAge() throws Exception {
    objects.put(new ObjectKey("logs/b/old.zst"), new byte[1]);
    clock.pass(Duration.ofDays(89));
    objects.put(new ObjectKey("logs/b/new.zst"), new byte[1]);
    clock.pass(Duration.ofDays(1));
    collect();

    assertThat(objects.keys("logs/")).containsExactly("logs/b/new.zst");
  }

  @Test
  void outputsGoByAgeAndSoDoTheirUnjoinedParts() throws Exception {
    objects.put(new ObjectKey("outputs/b/old.tar/content"), new byte[1]);
    objects.put(new ObjectKey("uploads/outputs/b/old.tar/linux_amd64"), new byte[1]);
    clock.pass(Duration.ofHours(23));
    objects.put(new ObjectKey("outputs/b/new.tar/content"), new byte[1]);
    clock.pass(Duration.ofHours(1));
    CollectionReport report = collect();

    assertThat(objects.keys("outputs/")).containsExactly("outputs/b/new.tar/content");
    assertThat(objects.keys("uploads/")).isEmpty();
    assertThat(report.kinds().get(ObjectKind.OUTPUT).deleted().objects()).isEqualTo(1);
  }

  @Test
  void whatItDoesNotKnowItLeavesAlone() throws Exception {
    for (String key : List.of("probes/api", "blobs/other/x", "steps/odd", "mine/x", "layers/x")) {
      objects.put(new ObjectKey(key), new byte[1]);
    }
    clock.pass(MONTH.multipliedBy(2));
    collectUntilDone();

    assertThat(objects.keys(""))
        .contains("probes/api", "blobs/other/x", "steps/odd", "mine/x", "layers/x");
  }

  @Test
  void damagedObjectsStopNothing() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    UseKey use = bucket.use(PROJECT, step(made, key("a")));
    objects.put(use.objectKey(), new byte[] {1, 2, 3});
    objects.put(new ObjectKey("steps/project/" + key("bad").hex()), new byte[] {'{'});
    objects.put(new ObjectKey("garbage/candidates"), new byte[] {1, 2, 3});
    clock.pass(GRACE);
    collectUntilDone();

    assertThat(bucket.hasRecord(PROJECT, key("a"))).as("as if nobody had said").isTrue();
    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(bucket.hasRecord(PROJECT, key("bad"))).isFalse();
  }

  @Test
  void aStoreThatGoesAwayMidwayCostsNothingThatIsNeeded() throws Exception {
    Layer made = bucket.execute(PROJECT, "a", key("a"));
    bucket.use(PROJECT, step(made, key("a")));
    Layer dead = bucket.execute(PROJECT, "dead");
    clock.pass(GRACE);
    for (String request : List.of("list uses", "get uses", "list steps", "list blobs", "stat")) {
      failing = request;
      assertThatThrownBy(this::collect).isInstanceOf(StoreUnavailableException.class);
    }
    failing = "";
    clock.pass(GRACE);
    collectUntilDone();

    assertThat(bucket.hasBlob(made)).isTrue();
    assertThat(bucket.hasRecord(PROJECT, key("a"))).isTrue();
    assertThat(bucket.hasBlob(dead)).isFalse();
  }
}
