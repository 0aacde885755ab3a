package dev.brickyard.storage.garbage;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.garbage.NameTable.ContentKind;
import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.use.UseKey;
import dev.brickyard.storage.use.UseRecord;
import dev.brickyard.storage.use.UseStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Reads the use records and decides by each project's policy which count. What those name is live.
 *
 * <p>A step that was executed has records under two keys, of which later builds that find one use
 * only that one. The other is live too, as long as the layer both name is of use: therefore a use
 * record that does not count stays while it is the only one to name such a twin.
 */
final class Uses {
  private final UseStore store;
  private final RetentionPolicies policies;
  private final NameTable sizes;
  private final Instant now;
  private final Duration grace;

  private final NameTable liveRecords = new NameTable();
  private final NameTable deadRecords = new NameTable();
  private final NameTable liveContent = new NameTable();
  private final Map<String, Room> rooms = new HashMap<>();
  private final List<ObjectInfo> expired = new ArrayList<>();
  private final List<ObjectInfo> kept = new ArrayList<>();

  /**
   * @param sizes of content in the bucket, needed when a policy limits bytes
   * @param now by the store's clock
   */
  Uses(
      ObjectStore objects,
      RetentionPolicies policies,
      NameTable sizes,
      Instant now,
      Duration grace) {
    this.store = new UseStore(objects);
    this.policies = policies;
    this.sizes = sizes;
    this.now = now;
    this.grace = grace;
  }

  /** How full a project's part of the cache is. */
  private static final class Room {
    private final NameTable content = new NameTable();
    private long bytes;
  }

  private record Job(UseKey key, ObjectInfo object) {}

  private record Build(List<Job> jobs, Instant at) {}

  /** Decides about all of them. */
  void decide(Map<String, List<ObjectInfo>> byProject) throws IOException {
    for (var project : byProject.entrySet()) {
      decide(project.getKey(), project.getValue());
    }
  }

  /** Puts use records to their projects. */
  static void sort(ObjectInfo object, Map<String, List<ObjectInfo>> byProject) {
    UseKey.parse(object.key())
        .ifPresent(
            key ->
                byProject
                    .computeIfAbsent(project(key.scope()), _ -> new ArrayList<>())
                    .add(object));
  }

  /** The project a scope belongs to. */
  static String project(CacheScope scope) {
    int within = scope.name().indexOf('@');
    return within < 0 ? scope.name() : scope.name().substring(0, within);
  }

  private void decide(String project, List<ObjectInfo> objects) throws IOException {
    RetentionPolicy policy = policies.of(project);
    Room room = rooms.computeIfAbsent(project, _ -> new Room());
    List<Job> notCounting = new ArrayList<>();
    List<Build> builds = newestFirst(objects);
    int[] counted = {0};
    boolean[] full = {false};
    for (int from = 0; from < builds.size(); ) {
      // A window of builds is read at once; which of them counts may depend on those before.
      List<Build> window = new ArrayList<>();
      for (int jobs = 0; from < builds.size() && jobs < Requests.WINDOW; from++) {
        Build build = builds.get(from);
        boolean young = age(build.at()).compareTo(grace) < 0;
        boolean counts =
            young
                || age(build.at()).compareTo(policy.maxAge()) < 0
                || counted[0] < policy.keepLast();
        counted[0]++;
        if (counts && (young || !full[0])) {
          window.add(build);
          jobs += build.jobs().size();
        } else {
          notCounting.addAll(build.jobs());
        }
      }
      read(
          window,
          (build, uses) -> {
            boolean young = age(build.at()).compareTo(grace) < 0;
            long added = policy.maxBytes().isPresent() ? added(room, uses) : 0;
            if (!young
                && (full[0] || room.bytes + added > policy.maxBytes().orElse(Long.MAX_VALUE))) {
              // Older ones may be small enough to fit, but the newest are what is wanted most.
              full[0] = true;
              notCounting.addAll(build.jobs());
              return;
            }
            room.bytes += added;
            build.jobs().forEach(job -> kept.add(job.object()));
            uses.forEach(use -> mark(use, room));
          });
    }
    Requests.windows(notCounting, jobs -> expire(jobs, room));
  }

  private List<Build> newestFirst(List<ObjectInfo> objects) {
    Map<UUID, List<Job>> jobs = new TreeMap<>();
    for (ObjectInfo object : objects) {
      UseKey key = UseKey.parse(object.key()).orElseThrow();
      jobs.computeIfAbsent(key.buildId(), _ -> new ArrayList<>()).add(new Job(key, object));
    }
    List<Build> builds = new ArrayList<>();
    jobs.values()
        .forEach(
            of ->
                builds.add(
                    new Build(
                        of,
                        of.stream()
                            .map(job -> job.object().modifiedAt())
                            .max(Comparator.naturalOrder())
                            .orElseThrow())));
    builds.sort(Comparator.comparing(Build::at).reversed());
    return builds;
  }

  /** Gets the use records of a build. */
  @FunctionalInterface
  private interface TakeBuild {
    void take(Build build, List<UseRecord> uses);
  }

  private void read(List<Build> builds, TakeBuild take) throws IOException {
    List<ObjectInfo> objects =
        builds.stream().flatMap(build -> build.jobs().stream()).map(Job::object).toList();
    if (objects.isEmpty()) {
      return;
    }
    List<Optional<UseRecord>> found = Requests.atOnce(objects, object -> store.find(object.key()));
    int next = 0;
    for (Build build : builds) {
      List<UseRecord> uses = new ArrayList<>();
      for (int i = 0; i < build.jobs().size(); i++) {
        found.get(next++).ifPresent(uses::add);
      }
      take.take(build, uses);
    }
  }

  private long added(Room room, List<UseRecord> uses) {
    NameTable fresh = new NameTable();
    long bytes = 0;
    for (UseRecord use : uses) {
      for (Name name : contentOf(use)) {
        if (!room.content.contains(name) && fresh.add(name)) {
          bytes += sizes.get(name).orElse(0);
        }
      }
    }
    return bytes;
  }

  private void mark(UseRecord use, Room room) {
    for (UseRecord.Step step : use.steps()) {
      recordsOf(use, step).forEach(liveRecords::add);
    }
    for (Name name : contentOf(use)) {
      room.content.add(name);
      liveContent.add(name);
    }
  }

  private void expire(List<Job> jobs, Room room) throws IOException {
    List<Optional<UseRecord>> found = Requests.atOnce(jobs, job -> store.find(job.object().key()));
    for (int i = 0; i < jobs.size(); i++) {
      boolean namesTwin = found.get(i).map(use -> expire(use, room)).orElse(false);
      (namesTwin ? kept : expired).add(jobs.get(i).object());
    }
  }

  /** True when it has to stay for a twin's sake. */
  private boolean expire(UseRecord use, Room room) {
    boolean namesTwin = false;
    for (UseRecord.Step step : use.steps()) {
      boolean layerUsed = room.content.contains(Name.of(ContentKind.BLOB, step.layer().blob()));
      for (Name name : recordsOf(use, step)) {
        if (liveRecords.contains(name)) {
          continue;
        }
        if (layerUsed) {
          liveRecords.add(name);
          namesTwin = true;
        } else {
          deadRecords.add(name);
        }
      }
    }
    return namesTwin;
  }

  private static List<Name> recordsOf(UseRecord use, UseRecord.Step step) {
    List<Name> names = new ArrayList<>();
    for (String scope : use.scopes()) {
      for (Digest key : step.keys()) {
        names.add(Name.of(scope + "/" + key.hex()));
      }
    }
    return names;
  }

  private static List<Name> contentOf(UseRecord use) {
    List<Name> names = new ArrayList<>();
    use.steps().forEach(step -> add(step.layer().diffId(), step.layer().blob(), names));
    use.bases().forEach(layer -> add(layer.diffId(), layer.blob(), names));
    return names;
  }

  private static void add(Digest diffId, Digest blob, List<Name> names) {
    names.add(Name.of(ContentKind.DIFF_ID, diffId));
    names.add(Name.of(ContentKind.BLOB, blob));
  }

  /**
   * Makes content live that a record names which no use record does.
   *
   * @return false when the project has no room for it, and it is not live
   */
  boolean admit(String project, Digest diffId, Digest blob, boolean young) {
    Room room = rooms.computeIfAbsent(project, _ -> new Room());
    List<Name> names = new ArrayList<>();
    add(diffId, blob, names);
    long bytes = 0;
    for (Name name : names) {
      if (!room.content.contains(name)) {
        bytes += sizes.get(name).orElse(0);
      }
    }
    if (!young && room.bytes + bytes > policies.of(project).maxBytes().orElse(Long.MAX_VALUE)) {
      return false;
    }
    room.bytes += bytes;
    for (Name name : names) {
      room.content.add(name);
      liveContent.add(name);
    }
    return true;
  }

  private Duration age(Instant at) {
    return Duration.between(at, now);
  }

  /** Whether a use that counts names this record, {@code <scope>/<hex>}. */
  boolean usesRecord(Name record) {
    return liveRecords.contains(record);
  }

  /** Whether only uses that do not count name this record. */
  boolean usedRecord(Name record) {
    return deadRecords.contains(record);
  }

  /** Whether this blob, or a layer of this diff id, is needed. */
  boolean needs(Name content) {
    return liveContent.contains(content);
  }

  /** Use records that say nothing any more. */
  List<ObjectInfo> expired() {
    return expired;
  }

  List<ObjectInfo> kept() {
    return kept;
  }
}
