package dev.brickyard.storage.garbage;

import dev.brickyard.storage.garbage.BuildLedger.ContextNeed;
import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SweepNotices;
import dev.brickyard.storage.object.UnfinishedUpload;
import dev.brickyard.storage.use.UseKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what the bucket holds that nothing needs any more, and removes it. Safe while builds run:
 *
 * <ul>
 *   <li>Use records say which step records and layers builds relied on; the policy of a project
 *       says which uses still count. What they name stays.
 *   <li>Step records go first. What only they named is no candidate before they are gone, and is
 *       removed a grace period later at the earliest. The grace period is longer than any build has
 *       been running, so no build that found such a record still runs.
 *   <li>Nothing younger than the grace period is removed, and each object's age is asked for again
 *       just before. Writers make an object young that they find and rely on, and wait for a
 *       collector that may have looked before ({@link
 *       dev.brickyard.storage.object.RefreshingObjectStore}, {@link SweepNotices}).
 *   <li>Contexts of builds that have not ended stay; of those nobody knows, the old ones go.
 * </ul>
 *
 * <p>What remains: a step record whose last use has expired may be found by a build just before it
 * goes; an index or record that is replaced between a collector's last look and its removal goes;
 * and a collector's request to remove may hang for longer than writers wait. Each costs a cache
 * miss later; no build fails of any.
 *
 * <p>Several collectors at once do what one would. All times are the store's own.
 */
public final class Collector {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final ObjectKey CLOCK = new ObjectKey("garbage/clock");

  /** However short the grace period: an upload that belongs to no build yet may be underway. */
  private static final Duration UPLOADING = Duration.ofHours(1);

  private static final int CONTEXTS_AT_ONCE = 500;

  private final ObjectStore objects;
  private final SweepNotices notices;
  private final BuildLedger ledger;
  private final RetentionPolicies policies;

  public Collector(ObjectStore objects, BuildLedger ledger, RetentionPolicies policies) {
    this.objects = objects;
    this.notices = new SweepNotices(objects);
    this.ledger = ledger;
    this.policies = policies;
  }

  /**
   * Collects once.
   *
   * @param dryRun true to remove nothing, and only say what would be
   * @throws IOException when the store could not be asked or refused; what was removed until then
   *     was rightly removed
   */
  public CollectionReport collect(GarbageSettings settings, boolean dryRun) throws IOException {
    // First the time, then the ledger: what passes between the two would be missing from the grace
    // period of builds that run for longer than it is.
    Instant now = storeTime();
    return new Run(settings, grace(settings), now, dryRun).run();
  }

  /** Longer than any build has been running, by half of itself: see the class. */
  private Duration grace(GarbageSettings settings) {
    Duration configured = settings.grace();
    return ledger
        .longestRunning()
        .map(running -> running.plus(configured.dividedBy(2)))
        .filter(needed -> needed.compareTo(configured) > 0)
        .orElse(configured);
  }

  private Instant storeTime() throws IOException {
    objects.put(CLOCK, "a collection began".getBytes(StandardCharsets.UTF_8));
    return objects
        .stat(CLOCK)
        .map(ObjectInfo::modifiedAt)
        .orElseThrow(() -> new IOException("the object store lost what was just stored in it"));
  }

  /** One collection. */
  private final class Run {
    private final GarbageSettings settings;
    private final Duration grace;
    private final Instant now;
    private final boolean dryRun;
    private final CollectionReport.Builder report;
    private final Sweep sweep;

    /** For what nothing comes to rely on again, however young it is. */
    private final Sweep certain;

    /** Those that a use that counts or a step record is left of. */
    private final Set<String> liveScopes = new HashSet<>();

    Run(GarbageSettings settings, Duration grace, Instant now, boolean dryRun) {
      this.settings = settings;
      this.grace = grace;
      this.now = now;
      this.dryRun = dryRun;
      this.report = new CollectionReport.Builder(dryRun, grace);
      this.sweep = new Sweep(objects, now.minus(grace), report, dryRun);
      this.certain = new Sweep(objects, Instant.MAX, report, dryRun);
    }

    CollectionReport run() throws IOException {
      Uses uses = uses();
      stepRecords(uses);
      for (ObjectInfo use : uses.kept()) {
        report.kept(ObjectKind.USE, use.size());
        UseKey.parse(use.key()).ifPresent(key -> liveScopes.add(key.scope().name()));
      }
      // After the records they name, so that an interrupted collection can be repeated.
      sweep.remove(ObjectKind.USE, uses.expired());
      contents(uses);
      explanations();
      contexts();
      logs();
      outputs();
      uploads();
      oldNotices();
      CollectionReport done = report.build();
      LOG.info(
          "{} of {} objects {}",
          done.total().deleted().objects(),
          done.total().seen().objects(),
          dryRun ? "would be removed" : "removed");
      return done;
    }

    /** Of collectors that died between posting and taking down. */
    private void oldNotices() throws IOException {
      for (ObjectInfo notice : notices.posted()) {
        if (!dryRun && isOlder(notice.modifiedAt(), UPLOADING)) {
          notices.takeDown(notice.key());
        }
      }
    }

    private Uses uses() throws IOException {
      Map<String, List<ObjectInfo>> byProject = new TreeMap<>();
      Requests.list(
          objects, UseKey.PREFIX, page -> page.forEach(object -> Uses.sort(object, byProject)));
      Uses uses = new Uses(objects, policies, sizes(byProject), now, grace);
      uses.decide(byProject);
      return uses;
    }

    /** Sizes of all content, when some project's policy needs them. */
    private NameTable sizes(Map<String, List<ObjectInfo>> byProject) throws IOException {
      NameTable sizes = new NameTable();
      if (byProject.keySet().stream().anyMatch(name -> policies.of(name).maxBytes().isPresent())) {
        for (Contents contents : Contents.values()) {
          Requests.list(
              objects,
              contents.prefix,
              page ->
                  page.forEach(
                      object ->
                          contents
                              .nameOf(object.key())
                              .ifPresent(name -> sizes.increase(name, object.size()))));
        }
      }
      return sizes;
    }

    private void stepRecords(Uses uses) throws IOException {
      StepRecords records = new StepRecords(objects, policies, uses, now, grace);
      List<ObjectInfo> dead = new ArrayList<>();
      Requests.list(
          objects,
          StepRecords.PREFIX,
          page ->
              records.decide(
                  page,
                  (object, fate) -> {
                    switch (fate) {
                      case KEPT -> {
                        report.kept(ObjectKind.RECORD, object.size());
                        liveScopes.add(scope(object));
                      }
                      case WAITING -> {
                        report.waiting(ObjectKind.RECORD, object.size());
                        liveScopes.add(scope(object));
                      }
                      case DELETED -> dead.add(object);
                    }
                  }));
      sweep.remove(ObjectKind.RECORD, dead);
    }

    private void contents(Uses uses) throws IOException {
      Candidates candidates = Candidates.load(objects, now);
      for (Contents contents : Contents.values()) {
        Requests.list(objects, contents.prefix, page -> contents(uses, contents, candidates, page));
      }
      new SavedMounts(objects, policies, candidates, now, grace).collect(report, sweep);
      if (!dryRun) {
        candidates.save(objects);
      }
    }

    private void contents(
        Uses uses, Contents contents, Candidates candidates, List<ObjectInfo> page)
        throws IOException {
      List<ObjectInfo> dead = new ArrayList<>();
      for (ObjectInfo object : page) {
        Optional<Name> name = contents.nameOf(object.key());
        if (name.isEmpty() || uses.needs(name.get())) {
          report.kept(contents.kind, object.size());
          continue;
        }
        Instant since = candidates.unneededSince(object.key());
        if (isOlder(object.modifiedAt(), grace) && isOlder(since, grace)) {
          dead.add(object);
        } else {
          report.waiting(contents.kind, object.size());
        }
      }
      sweep.remove(contents.kind, dead);
    }

    private void contexts() throws IOException {
      Map<UUID, List<ObjectInfo>> contexts = new HashMap<>();
      Requests.list(
          objects,
          "contexts/",
          page -> {
            for (ObjectInfo object : page) {
              contextId(object.key())
                  .ifPresentOrElse(
                      id -> contexts.computeIfAbsent(id, _ -> new ArrayList<>()).add(object),
                      () -> report.kept(ObjectKind.CONTEXT, object.size()));
            }
          });
      List<UUID> ids = List.copyOf(contexts.keySet());
      for (int from = 0; from < ids.size(); from += CONTEXTS_AT_ONCE) {
        List<UUID> some = ids.subList(from, Math.min(ids.size(), from + CONTEXTS_AT_ONCE));
        Map<UUID, ContextNeed> needs = ledger.contexts(Set.copyOf(some));
        for (UUID id : some) {
          context(contexts.getOrDefault(id, List.of()), Optional.ofNullable(needs.get(id)));
        }
      }
    }

    private void context(List<ObjectInfo> parts, Optional<ContextNeed> need) throws IOException {
      if (need.isPresent()) {
        boolean needed =
            switch (need.get()) {
              case ContextNeed.Open() -> true;
              case ContextNeed.Ended(Duration since) ->
                  since.compareTo(settings.contextRetention()) < 0;
            };
        if (needed) {
          parts.forEach(part -> report.kept(ObjectKind.CONTEXT, part.size()));
        } else {
          certain.remove(ObjectKind.CONTEXT, parts);
        }
      } else if (parts.stream().allMatch(part -> isOlder(part.modifiedAt(), longEnough()))) {
        sweep.remove(ObjectKind.CONTEXT, parts);
      } else {
        parts.forEach(part -> report.waiting(ObjectKind.CONTEXT, part.size()));
      }
    }

    private void explanations() throws IOException {
      Requests.list(
          objects,
          "explanations/",
          page -> {
            List<ObjectInfo> old = new ArrayList<>();
            for (ObjectInfo object : page) {
              String scope = scope(object);
              boolean unneeded =
                  !liveScopes.contains(scope)
                      || isOlder(
                          object.modifiedAt(), policies.of(StepRecords.project(scope)).maxAge());
              if (unneeded && isOlder(object.modifiedAt(), grace)) {
                old.add(object);
              } else if (unneeded) {
                report.waiting(ObjectKind.EXPLANATION, object.size());
              } else {
                report.kept(ObjectKind.EXPLANATION, object.size());
              }
            }
            sweep.remove(ObjectKind.EXPLANATION, old);
          });
    }

    private void logs() throws IOException {
      byAge(
          "logs/",
          ObjectKind.LOG,
          settings.logRetention(),
          size -> {
            report.kept(ObjectKind.LOG, size);
          });
    }

    private void outputs() throws IOException {
      byAge(
          "outputs/",
          ObjectKind.OUTPUT,
          settings.outputRetention(),
          size -> {
            report.kept(ObjectKind.OUTPUT, size);
          });
    }

    private void uploads() throws IOException {
      byAge(
          "uploads/",
          ObjectKind.UPLOAD,
          longEnough(),
          size -> {
            report.waiting(ObjectKind.UPLOAD, size);
          });
      for (UnfinishedUpload unfinished : objects.unfinishedUploads("")) {
        if (!isOlder(unfinished.begunAt(), longEnough())) {
          report.waiting(ObjectKind.UPLOAD, 0);
          continue;
        }
        if (!dryRun) {
          objects.abortUpload(unfinished.upload());
        }
        report.deleted(ObjectKind.UPLOAD, unfinished.upload().key().value(), 0);
      }
    }

    private void byAge(String prefix, ObjectKind kind, Duration age, LongConsumer younger)
        throws IOException {
      Requests.list(
          objects,
          prefix,
          page -> {
            List<ObjectInfo> old = new ArrayList<>();
            for (ObjectInfo object : page) {
              if (isOlder(object.modifiedAt(), age)) {
                old.add(object);
              } else {
                younger.accept(object.size());
              }
            }
            certain.remove(kind, old);
          });
    }

    private Duration longEnough() {
      return grace.compareTo(UPLOADING) < 0 ? UPLOADING : grace;
    }

    private boolean isOlder(Instant at, Duration age) {
      return Duration.between(at, now).compareTo(age) >= 0;
    }
  }

  /** The second of a key's names. */
  private static String scope(ObjectInfo object) {
    return object.key().value().split("/", 3)[1];
  }

  private static Optional<UUID> contextId(ObjectKey key) {
    String[] names = key.value().split("/", 3);
    try {
      return names.length == 3 ? Optional.of(UUID.fromString(names[1])) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
