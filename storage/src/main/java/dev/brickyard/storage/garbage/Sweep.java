package dev.brickyard.storage.garbage;

import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SweepNotices;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Removes objects, a window at a time, each looked at once more just before: one that was stored
 * anew or refreshed since it was listed stays. Writers are told before that look, so that none
 * comes to rely on an object between it and the removal: see {@link SweepNotices}.
 */
final class Sweep {
  /** Less than half of what writers wait for; a request that is stuck can take longer. */
  private static final Duration PROMPT = Duration.ofSeconds(10);

  private final ObjectStore objects;
  private final SweepNotices notices;
  private final Instant tooYoung;
  private final CollectionReport.Builder report;
  private final boolean dryRun;

  /**
   * @param tooYoung what was modified after this stays
   */
  Sweep(ObjectStore objects, Instant tooYoung, CollectionReport.Builder report, boolean dryRun) {
    this.objects = objects;
    this.notices = new SweepNotices(objects);
    this.tooYoung = tooYoung;
    this.report = report;
    this.dryRun = dryRun;
  }

  /** Removes those that are still as they were listed. */
  void remove(ObjectKind kind, List<ObjectInfo> listed) throws IOException {
    Requests.windows(listed, window -> removeWindow(kind, window));
  }

  private void removeWindow(ObjectKind kind, List<ObjectInfo> listed) throws IOException {
    if (dryRun) {
      listed.forEach(object -> report.deleted(kind, object.key().value(), object.size()));
      return;
    }
    ObjectKey notice = notices.post(listed.stream().map(ObjectInfo::key).toList());
    try {
      long begun = System.nanoTime();
      List<ObjectInfo> old = stillOld(kind, listed);
      if (System.nanoTime() - begun > PROMPT.toNanos()) {
        // Some writer may have stopped waiting; the next collection meets these again.
        old.forEach(object -> report.waiting(kind, object.size()));
      } else if (!old.isEmpty()) {
        objects.deleteAll(old.stream().map(ObjectInfo::key).toList());
        old.forEach(object -> report.deleted(kind, object.key().value(), object.size()));
      }
    } finally {
      notices.takeDown(notice);
    }
  }

  private List<ObjectInfo> stillOld(ObjectKind kind, List<ObjectInfo> listed) throws IOException {
    List<Optional<ObjectInfo>> present =
        Requests.atOnce(listed, object -> objects.stat(object.key()));
    List<ObjectInfo> old = new ArrayList<>();
    for (int i = 0; i < listed.size(); i++) {
      ObjectInfo object = listed.get(i);
      if (present.get(i).isPresent()) {
        if (isNew(object, present.get(i).get())) {
          report.kept(kind, object.size());
        } else {
          old.add(object);
        }
      }
    }
    return old;
  }

  /**
   * Asked about one object, the store tells the time in whole seconds; in lists it may be finer.
   */
  private boolean isNew(ObjectInfo listed, ObjectInfo present) {
    Instant before = listed.modifiedAt().truncatedTo(ChronoUnit.SECONDS);
    Instant after = present.modifiedAt().truncatedTo(ChronoUnit.SECONDS);
    return after.isAfter(before) || present.modifiedAt().isAfter(tooYoung);
  }
}
