package dev.brickyard.storage.garbage;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.mount.MountInventory;
import dev.brickyard.storage.mount.StoredGeneration;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saved cache mounts: keeps the latest generations of each mount that was saved within its
 * project's retention, and the chunks that these need.
 */
final class SavedMounts {
  private static final Logger LOG = LoggerFactory.getLogger(SavedMounts.class);
  private static final String PREFIX = "mounts/";

  /** One more than the latest, which a worker may just be reading while the next is saved. */
  private static final int GENERATIONS = 2;

  private final ObjectStore objects;
  private final MountInventory inventory;
  private final RetentionPolicies policies;
  private final Candidates candidates;
  private final Instant now;
  private final Duration grace;

  SavedMounts(
      ObjectStore objects,
      RetentionPolicies policies,
      Candidates candidates,
      Instant now,
      Duration grace) {
    this.objects = objects;
    this.inventory = new MountInventory(objects);
    this.policies = policies;
    this.candidates = candidates;
    this.now = now;
    this.grace = grace;
  }

  void collect(CollectionReport.Builder report, Sweep sweep) throws IOException {
    for (CacheScope project : projects()) {
      NameTable needed = new NameTable();
      generations(project, needed, report, sweep);
      chunks(project, needed, report, sweep);
    }
  }

  private List<CacheScope> projects() throws IOException {
    Set<String> names = new TreeSet<>();
    Requests.list(
        objects,
        PREFIX,
        page -> page.forEach(object -> names.add(object.key().value().split("/", 3)[1])));
    List<CacheScope> projects = new ArrayList<>();
    for (String name : names) {
      try {
        projects.add(new CacheScope(name));
      } catch (IllegalArgumentException e) {
        LOG.debug("{}{} is no project's", PREFIX, name);
      }
    }
    return projects;
  }

  private void generations(
      CacheScope project, NameTable needed, CollectionReport.Builder report, Sweep sweep)
      throws IOException {
    Map<MountKey, List<StoredGeneration>> mounts = new LinkedHashMap<>();
    inventory.generations(
        project,
        generation ->
            mounts
                .computeIfAbsent(generation.name().mount(), _ -> new ArrayList<>())
                .add(generation));
    Duration maxAge = policies.of(project.name()).maxAge();
    List<ObjectInfo> old = new ArrayList<>();
    for (List<StoredGeneration> latestFirst : mounts.values()) {
      boolean inUse = age(latestFirst.getFirst().object()).compareTo(maxAge) < 0;
      for (int i = 0; i < latestFirst.size(); i++) {
        StoredGeneration generation = latestFirst.get(i);
        if (isYoung(generation.object()) || (inUse && i < GENERATIONS)) {
          report.kept(ObjectKind.MOUNT, generation.object().size());
          chunksOf(generation).forEach(chunk -> needed.add(Name.of(chunk.value())));
        } else {
          old.add(generation.object());
        }
      }
    }
    sweep.remove(ObjectKind.MOUNT, old);
  }

  /** None when the generation is gone or damaged: nobody can restore it then. */
  private Set<ObjectKey> chunksOf(StoredGeneration generation) throws IOException {
    try {
      return inventory.chunksOf(generation);
    } catch (ObjectNotFoundException e) {
      return Set.of();
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.warn("{} cannot be read: {}", generation.object().key(), e.getMessage());
      return Set.of();
    }
  }

  private void chunks(
      CacheScope project, NameTable needed, CollectionReport.Builder report, Sweep sweep)
      throws IOException {
    List<ObjectInfo> dead = new ArrayList<>();
    inventory.chunks(
        project,
        chunk -> {
          if (needed.contains(Name.of(chunk.key().value()))) {
            report.kept(ObjectKind.MOUNT, chunk.size());
            return;
          }
          Instant since = candidates.unneededSince(chunk.key());
          if (isYoung(chunk) || Duration.between(since, now).compareTo(grace) < 0) {
            report.waiting(ObjectKind.MOUNT, chunk.size());
          } else {
            dead.add(chunk);
          }
        });
    sweep.remove(ObjectKind.MOUNT, dead);
  }

  private boolean isYoung(ObjectInfo object) {
    return age(object).compareTo(grace) < 0;
  }

  private Duration age(ObjectInfo object) {
    return Duration.between(object.modifiedAt(), now);
  }
}
