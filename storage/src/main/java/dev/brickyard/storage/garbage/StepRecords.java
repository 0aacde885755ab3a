package dev.brickyard.storage.garbage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides about step records. One that no use record names at all (its worker died before it could
 * say, or somebody removed the use records) counts as used when it was written, and keeps its
 * layer.
 */
final class StepRecords {
  static final String PREFIX = "steps/";

  private static final Pattern FORM = Pattern.compile("steps/([^/]+)/([0-9a-f]{64})");
  private static final int LIMIT_BYTES = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final ObjectStore objects;
  private final RetentionPolicies policies;
  private final Uses uses;
  private final Instant now;
  private final Duration grace;

  StepRecords(
      ObjectStore objects, RetentionPolicies policies, Uses uses, Instant now, Duration grace) {
    this.objects = objects;
    this.policies = policies;
    this.uses = uses;
    this.now = now;
    this.grace = grace;
  }

  /** What is to become of a record. */
  enum Fate {
    KEPT,
    /** No longer needed, but younger than the grace period. */
    WAITING,
    DELETED
  }

  /** Gets the fate of a record. */
  @FunctionalInterface
  interface Take {
    void take(ObjectInfo stepRecord, Fate fate);
  }

  /** Decides about records of one page, and makes the layers of unnamed ones live. */
  void decide(List<ObjectInfo> page, Take take) throws IOException {
    List<ObjectInfo> unnamed = new ArrayList<>();
    for (ObjectInfo object : page) {
      Matcher key = FORM.matcher(object.key().value());
      if (!key.matches()) {
        take.take(object, Fate.KEPT);
        continue;
      }
      Name name = Name.of(key.group(1) + "/" + key.group(2));
      if (uses.usesRecord(name)) {
        take.take(object, Fate.KEPT);
      } else if (uses.usedRecord(name)) {
        take.take(object, young(object) ? Fate.WAITING : Fate.DELETED);
      } else if (!young(object)
          && age(object).compareTo(policies.of(project(key.group(1))).maxAge()) >= 0) {
        take.take(object, Fate.DELETED);
      } else {
        unnamed.add(object);
      }
    }
    Requests.windows(
        unnamed,
        window -> {
          List<Optional<Layer>> layers = Requests.atOnce(window, object -> layerOf(object.key()));
          for (int i = 0; i < window.size(); i++) {
            take.take(window.get(i), fate(window.get(i), layers.get(i)));
          }
        });
  }

  private Fate fate(ObjectInfo object, Optional<Layer> layer) {
    Matcher key = FORM.matcher(object.key().value());
    if (layer.isPresent()
        && key.matches()
        && uses.admit(
            project(key.group(1)), layer.get().diffId(), layer.get().blob(), young(object))) {
      return Fate.KEPT;
    }
    // Damaged, and so a miss for every build; or of a project that is over its limit.
    return young(object) ? Fate.WAITING : Fate.DELETED;
  }

  /** The project a scope belongs to, as far as it is one. */
  static String project(String scope) {
    try {
      return Uses.project(new CacheScope(scope));
    } catch (IllegalArgumentException e) {
      return scope;
    }
  }

  private boolean young(ObjectInfo object) {
    return age(object).compareTo(grace) < 0;
  }

  private Duration age(ObjectInfo object) {
    return Duration.between(object.modifiedAt(), now);
  }

  private record Layer(Digest diffId, Digest blob) {}

  private Optional<Layer> layerOf(ObjectKey key) throws IOException {
    byte[] json;
    try {
      json = objects.read(key, LIMIT_BYTES);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return Optional.empty();
    }
    try {
      JsonNode layer = JSON.readTree(json).path("layer");
      return Optional.of(
          new Layer(
              Digest.parse(layer.path("diffId").asText()),
              Digest.parse(layer.path("blob").path("digest").asText())));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
