package dev.brickyard.storage.step;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SealedObject;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step records as JSON objects {@code steps/<scope>/<hex of the key>}. All keys of a build are
 * looked up at once, in every scope. A record's first member is a seal over its place and the rest:
 * one that is damaged, or was moved to another key or scope, is a miss, and removed.
 */
public final class S3StepRecordStore implements StepRecordStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3StepRecordStore.class);
  private static final int RECORD_LIMIT_BYTES = 1 << 20;
  private static final int PARALLEL_LOOKUPS = 64;
  private static final String SEAL_OPEN = "{\"seal\":\"";
  private static final int SEAL_DIGITS = 64;
  private static final String SEAL_CLOSE = "\",";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private record Place(CacheScope scope, Digest key) {}

  private final ObjectStore objects;
  private final CacheFaults faults;
  private final Semaphore lookups = new Semaphore(PARALLEL_LOOKUPS);

  /** A store whose faults nobody counts. */
  public S3StepRecordStore(ObjectStore objects) {
    this(objects, CacheFaults.UNHEARD);
  }

  public S3StepRecordStore(ObjectStore objects, CacheFaults faults) {
    this.objects = objects;
    this.faults = faults;
  }

  @Override
  public Map<Digest, Found> findAll(List<CacheScope> scopes, Collection<Digest> keys)
      throws IOException {
    Set<Digest> wanted = Set.copyOf(keys);
    if (wanted.size() == 1 && scopes.size() == 1) {
      Place place = new Place(scopes.getFirst(), wanted.iterator().next());
      return find(place)
          .map(found -> Map.of(place.key(), new Found(found, place.scope())))
          .orElse(Map.of());
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<Place, Future<Optional<StepRecord>>> asked = new LinkedHashMap<>();
      for (CacheScope scope : scopes) {
        for (Digest key : wanted) {
          Place place = new Place(scope, key);
          asked.put(place, threads.submit(() -> findBounded(place)));
        }
      }
      try {
        return collect(asked);
      } catch (IOException e) {
        List<Future<?>> rest = new ArrayList<>(asked.values());
        rest.forEach(future -> future.cancel(true));
        throw e;
      }
    }
  }

  private static Map<Digest, Found> collect(Map<Place, Future<Optional<StepRecord>>> asked)
      throws IOException {
    Map<Digest, Found> found = new HashMap<>();
    for (var entry : asked.entrySet()) {
      Place place = entry.getKey();
      try {
        entry
            .getValue()
            .get()
            .ifPresent(stored -> found.putIfAbsent(place.key(), new Found(stored, place.scope())));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IOException("a step record could not be looked up", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while looking up step records");
      }
    }
    return found;
  }

  private Optional<StepRecord> findBounded(Place place) throws IOException, InterruptedException {
    lookups.acquire();
    try {
      return find(place);
    } finally {
      lookups.release();
    }
  }

  private Optional<StepRecord> find(Place place) throws IOException {
    ObjectKey object = object(place.scope(), place.key());
    byte[] json;
    try {
      json = objects.read(object, RECORD_LIMIT_BYTES);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return bad(object, CacheFaults.Reason.CORRUPT, e.getMessage());
    }
    try {
      StepRecord found = JSON.readValue(json, StepRecord.class);
      if (found == null || !found.key().equals(place.key())) {
        return bad(object, CacheFaults.Reason.SWAPPED, "it is of another key");
      }
      return isSealed(object, json)
          ? Optional.of(found)
          : bad(object, CacheFaults.Reason.CORRUPT, "its seal is broken");
    } catch (IOException e) {
      return bad(object, CacheFaults.Reason.CORRUPT, e.getMessage());
    }
  }

  /** The record with its seal as the first member. */
  private static byte[] sealed(ObjectKey object, byte[] json) {
    byte[] head = (SEAL_OPEN + sealOf(object, json) + SEAL_CLOSE).getBytes(US_ASCII);
    byte[] sealed = Arrays.copyOf(head, head.length + json.length - 1);
    System.arraycopy(json, 1, sealed, head.length, json.length - 1);
    return sealed;
  }

  private static boolean isSealed(ObjectKey object, byte[] sealed) {
    int rest = SEAL_OPEN.length() + SEAL_DIGITS + SEAL_CLOSE.length();
    if (sealed.length <= rest) {
      return false;
    }
    byte[] json = Arrays.copyOfRange(sealed, rest - 1, sealed.length);
    json[0] = '{';
    return Arrays.equals(sealed, sealed(object, json));
  }

  private static String sealOf(ObjectKey object, byte[] json) {
    return HexFormat.of().formatHex(SealedObject.seal(object, json), 0, SEAL_DIGITS / 2);
  }

  /** Reports the object and removes it; the step that runs for want of it stores a good one. */
  private Optional<StepRecord> bad(
      ObjectKey object, CacheFaults.Reason reason, @Nullable String what) {
    LOG.warn("{} is no step record, and is removed: {}", object, what);
    faults.met(CacheFaults.Kind.RECORD, reason, object.value());
    try {
      objects.delete(object);
    } catch (IOException e) {
      LOG.warn("{} could not be removed: {}", object, e.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public void put(CacheScope scope, StepRecord stepRecord) throws IOException {
    byte[] json;
    try {
      json = JSON.writeValueAsBytes(stepRecord);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a step record cannot be written as JSON", e);
    }
    ObjectKey object = object(scope, stepRecord.key());
    objects.put(object, sealed(object, json));
  }

  private static ObjectKey object(CacheScope scope, Digest key) {
    return new ObjectKey("steps/" + scope.name() + "/" + key.hex());
  }
}
